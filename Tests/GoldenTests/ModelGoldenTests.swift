import Testing
import XAI
import XAITesting

/// Models against PyTorch: logits, attention, activations and gradients, element by element.
@Suite struct ModelGoldenTests {
  @Test("logits within 1e-4", arguments: GoldenCase.everyModel, AvailableKernels.nearFloat32)
  func logits(_ golden: GoldenCase, _ kernels: AvailableKernels) throws {
    let model = try golden.model(on: kernels.make())
    let logits = try model.logits(golden.tensor("input"))
    expectClose(logits, try golden.tensor("logits"), within: 1e-4 * kernels.slack, "logits of \(golden.name)")
  }

  @Test(
    "attention within 1e-5, activations within 1e-4", arguments: GoldenCase.everyModel,
    AvailableKernels.nearFloat32)
  func recordings(_ golden: GoldenCase, _ kernels: AvailableKernels) throws {
    let model = try golden.model(on: kernels.make())
    let layers = 0..<model.descriptor.layerCount
    let points = layers.flatMap { layer in golden.points.map { ActivationPoint(layer: layer, place: $0) } }
    let trace = try model.forward(
      golden.tensor("input"), recording: Recording(attention: .all, activations: Set(points)))
    for layer in layers {
      expectClose(
        try trace.attention(ofLayer: layer), try golden.tensor("attention.\(layer)"),
        within: 1e-5 * kernels.slack,
        "attention.\(layer)")
    }
    for point in points {
      let key = "activation.\(point.place.rawValue).\(point.layer)"
      expectCloseToLargest(
        try trace.activation(at: point), try golden.tensor(key), within: 1e-4 * kernels.slack, key)
    }
  }

  @Test(
    "gradients within 1e-4 of the largest entry", arguments: GoldenCase.everyModel,
    AvailableKernels.nearFloat32
  )
  func gradients(_ golden: GoldenCase, _ kernels: AvailableKernels) throws {
    let model = try golden.model(on: kernels.make())
    let layers = 0..<model.descriptor.layerCount
    // Some models don't list all of them.
    let points = layers.flatMap { layer in
      let listed = model.descriptor.layers[layer].places.map(\.place)
      return Place.residualStream.filter(listed.contains).map { ActivationPoint(layer: layer, place: $0) }
    }
    let trace = try model.forward(golden.tensor("input"), recording: Recording(gradients: true))
    // Both images get every target's class, so that one pass serves all targets; each is compared at its own image.
    let targets = try Targets([golden.targets.map(\.class), golden.targets.map(\.class)])
    var attention: [Int: Tensor] = [:]
    let gradients = try model.differentiable().backward(
      from: targets.cotangent(classCount: model.descriptor.classCount), through: trace, rules: .gradient,
      requesting: GradientRequest(attention: .all, activations: Set(points), input: true)
    ) { attention[$0.layer] = $0.gradient }
    var compared = 0
    for (index, target) in golden.targets.enumerated() {
      let row = targets.row(image: target.image, target: index)
      func compare(_ key: String, _ value: Tensor?) throws {
        guard let expected = try golden.optionalTensor("t\(index).\(key)") else { return }
        expectCloseToLargest(
          try #require(value)[row], expected, within: 1e-4 * kernels.slack, "t\(index).\(key)")
        compared += 1
      }
      for layer in layers { try compare("attention_gradient.\(layer)", attention[layer]) }
      for point in points {
        try compare(
          "activation_gradient.\(point.place.rawValue).\(point.layer)", gradients.activations[point])
      }
      try compare("input_gradient", gradients.input)
    }
    #expect(compared >= 2 * layers.count)
  }

  @Test("conservative propagation", arguments: GoldenCase.everyModel, AvailableKernels.nearFloat32)
  func conservative(_ golden: GoldenCase, _ kernels: AvailableKernels) throws {
    let model = try golden.model(on: kernels.make())
    let trace = try model.forward(golden.tensor("input")[0..<1], recording: Recording(gradients: true))
    let point = ActivationPoint(layer: 0, place: .output)
    let gradients = try model.differentiable().backward(
      from: Targets([[golden.targets[0].class]]).cotangent(classCount: model.descriptor.classCount),
      through: trace,
      rules: .conservative, requesting: GradientRequest(activations: [point], input: true))
    expectCloseToLargest(
      try #require(gradients.activations[point])[0],
      try golden.tensor("t0.conservative.activation_gradient.output.0"), within: 1e-4 * kernels.slack,
      "output.0")
    expectCloseToLargest(
      try #require(gradients.input)[0], try golden.tensor("t0.conservative.input_gradient"),
      within: 1e-4 * kernels.slack,
      "input")
  }

  @Test(
    "parameter gradients within 1e-4 of the largest entry",
    arguments: GoldenCase.everyModel.filter(\.hasParameterGradients), AvailableKernels.nearFloat32)
  func parameterGradients(_ golden: GoldenCase, _ kernels: AvailableKernels) throws {
    let model = try golden.model(on: kernels.make())
    let first = try #require(golden.targets.first { $0.image == 0 })
    let second = try #require(golden.targets.first { $0.image == 1 })
    let classes = try Targets([[first.class], [second.class]])
    // What the forward pass doesn't keep for the parameters is computed again.
    for keeps in [true, false] {
      let trace = try model.forward(
        golden.tensor("input"), recording: Recording(gradients: true, parameters: keeps))
      let gradients = try model.differentiable().backward(
        from: classes.cotangent(classCount: model.descriptor.classCount), through: trace,
        requesting: GradientRequest(parameters: true))
      try expectParameters(of: golden, gradients, on: kernels)
    }
  }

  private func expectParameters(
    of golden: GoldenCase, _ gradients: Gradients, on kernels: AvailableKernels
  ) throws {
    let prefix = "parameter_gradient."
    let names = golden.expected.tensors.map(\.name).filter { $0.hasPrefix(prefix) }
    #expect(Set(gradients.parameters.keys) == Set(names.map { String($0.dropFirst(prefix.count)) }))
    for name in names {
      let value = try #require(gradients.parameters[String(name.dropFirst(prefix.count))])
      // A key's bias, also that of its norm, shifts all scores of a row alike, and so does one of all offsets: the gradient is
      // zero and only rounding is left of it.
      let shifting = ["key.bias", "k_proj.bias", "k_norm.bias", "shared_rel_pos.mlp.fc2.bias"]
      if shifting.contains(where: { name.hasSuffix($0) }) {
        expectClose(value, try golden.tensor(name), within: 1e-6 * kernels.slack, name)
      } else {
        expectCloseToLargest(value, try golden.tensor(name), within: 1e-4 * kernels.slack, name)
      }
    }
  }
}
