import XAICore
import XAITensor

extension ModelConformance {
  /// A model that can be trained: its parameters, their gradients, and the models that are made by replacing them.
  func checkTraining(_ findings: inout Findings) throws {
    guard let model = model as? any TrainableModel else { return }
    guard model.descriptor.output != .none else { return try checkNewHead(of: model, &findings) }
    try checkTraining(model, &findings)
  }

  private func checkTraining(_ model: some TrainableModel, _ findings: inout Findings) throws {
    findings.expect(
      model.descriptor.capabilities.contains(.parameterGradients), .parameters,
      "it can be trained, and doesn't declare parameter gradients")
    let parameters = model.parameters
    guard checkNames(parameters, of: model, &findings) else { return }
    let gradients = try parameterGradients(of: model, GradientRequest(parameters: true))
    checkGradientShapes(gradients, parameters, &findings)
    try checkHeadGradients(gradients, parameters, of: model, &findings)
    try checkReplacing(parameters, of: model, &findings)
    try checkSlopes(gradients, parameters, of: model, &findings)
    try checkNewHead(of: model, &findings)
  }

  // MARK: - Parameters

  /// Gives whether the names can be used as keys.
  private func checkNames(
    _ parameters: [NamedParameter], of model: some TrainableModel, _ findings: inout Findings
  ) -> Bool {
    let names = parameters.map(\.name)
    let count = parameters.reduce(0) { $0 + $1.tensor.count }
    findings.expect(
      count == model.descriptor.parameterCount, .parameters,
      "its parameters are \(count), the descriptor says \(model.descriptor.parameterCount)")
    findings.expect(
      names == model.parameters.map(\.name), .determinism, "parameters come in another order a second time")
    findings.expect(
      parameters.contains(where: \.isHead), .parameters, "no parameter belongs to the classifier")
    findings.expect(
      parameters.allSatisfy { !$0.isDecayed || $0.tensor.shape.rank > 1 }, .parameters,
      "weight decay applies to parameters that are no matrices")
    findings.expect(Set(names).count == names.count, .parameters, "a name is given to several parameters")
    return Set(names).count == names.count
  }

  /// The gradients of Σ logits of the last class, over the sample's images.
  private func parameterGradients(
    of model: some TrainableModel, _ request: GradientRequest
  ) throws -> [String: Tensor] {
    let recording = Recording(gradients: true, parameters: request.parameters)
    let trace = try model.forward(sample.input, recording: recording)
    let classIndex = model.descriptor.classCount - 1
    return try model.backward(
      from: Targets(sample.images.map { _ in [classIndex] })
        .cotangent(classCount: model.descriptor.classCount),
      through: trace, requesting: request
    ).parameters
  }

  private func checkGradientShapes(
    _ gradients: [String: Tensor], _ parameters: [NamedParameter], _ findings: inout Findings
  ) {
    for parameter in parameters {
      guard let gradient = gradients[parameter.name] else {
        findings.fail(.parameters, "the parameter \(parameter.name) has no gradient")
        continue
      }
      findings.expect(
        gradient.shape == parameter.tensor.shape, .parameters,
        "the gradient of \(parameter.name) is \(gradient.shape), the parameter \(parameter.tensor.shape)")
    }
    let unknown = Set(gradients.keys).subtracting(parameters.map(\.name)).sorted()
    findings.expect(
      unknown.isEmpty, .parameters, "gradients without a parameter: \(unknown.joined(separator: ", "))")
  }

  /// Asked for alone, the gradients of the classifier are there, are the same, and nothing else is.
  private func checkHeadGradients(
    _ gradients: [String: Tensor], _ parameters: [NamedParameter], of model: some TrainableModel,
    _ findings: inout Findings
  ) throws {
    let head = try parameterGradients(of: model, GradientRequest(headParameters: true))
    let names = Set(parameters.filter(\.isHead).map(\.name))
    findings.expect(
      Set(head.keys) == names, .parameters,
      "asked for the classifier's gradients, it gives those of \(head.keys.sorted().joined(separator: ", "))")
    for name in names.sorted() {
      findings.expect(
        head[name]?.elements == gradients[name]?.elements, .parameters,
        "the gradient of \(name) is another one when it is asked for with the classifier's alone")
    }
  }

  // MARK: - Replacing

  private func checkReplacing(
    _ parameters: [NamedParameter], of model: some TrainableModel, _ findings: inout Findings
  ) throws {
    let logits = try model.logits(sample.input).elements
    let same = model.replacingParameters(Self.values(of: parameters))
    findings.expect(
      try same.logits(sample.input).elements == logits, .parameters,
      "with its own parameters put in place again, it gives other logits")
    let doubled = Self.values(of: parameters).mapValues { tensor in
      Tensor(tensor.shape, tensor.elements.map { $0 * 2 })
    }
    let changed = model.replacingParameters(doubled)
    for parameter in changed.parameters {
      findings.expect(
        parameter.tensor.elements == doubled[parameter.name]?.elements, .parameters,
        "\(parameter.name) is not what it was replaced with")
    }
    findings.expect(
      try model.logits(sample.input).elements == logits, .mutation,
      "replacing parameters changes the model that they are replaced in")
  }

  /// A step of h along the direction of each parameter's own gradient changes the logits by h·‖gradient‖.
  private func checkSlopes(
    _ gradients: [String: Tensor], _ parameters: [NamedParameter], of model: some TrainableModel,
    _ findings: inout Findings
  ) throws {
    let values = Self.values(of: parameters)
    let norms = gradients.mapValues { gradient in
      gradient.elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let largest = norms.values.max() ?? 0
    for parameter in parameters {
      guard let gradient = gradients[parameter.name], let norm = norms[parameter.name], norm > 0,
        gradient.shape == parameter.tensor.shape
      else { continue }
      // Short enough that the logits stay on their slope where it is steep.
      let step = min(2.5e-3, 0.08 / norm)
      let sums = try [step, -step].map { step -> Float in
        let moved = zip(parameter.tensor.elements, gradient.elements).map { $0 + $1 * (step / norm) }
        let model = model.replacingParameters(
          values.merging([parameter.name: Tensor(gradient.shape, moved)]) { _, new in new })
        let logits = try model.logits(sample.input)
        return sample.images.reduce(0) { $0 + (logits[$1].elements.last ?? 0) }
      }
      let slope = (sums[0] - sums[1]) / (2 * step)
      findings.expect(
        abs(slope - norm) <= 0.02 * norm + 2e-3 * largest, .gradients,
        "the gradient of \(parameter.name) is \(norm) long, but along it the logits rise by \(slope)")
    }
  }

  private static func values(of parameters: [NamedParameter]) -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.tensor) })
  }
}
