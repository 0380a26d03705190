import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAITransformer

/// Relevance adds up to the logit, at every layer, where the rules conserve it: to 1e-3 of its sum.
///
/// What biases take is b ⊙ ∂b, the cotangent of a bias being what a backward pass calls its parameter gradient.
struct ConservationTests {
  private static let classIndex = 1

  /// One image's backward pass with what is needed to add relevance up.
  private struct Pass {
    let model: VisionTransformer
    let trace: ForwardTrace
    let gradients: Gradients
    /// Relevance that does not get through the softmax, by layer: Σ A ⊙ dA − Σ s ⊙ ds.
    var lostInSoftmax: [Int: Double] = [:]

    init(_ model: VisionTransformer, _ rules: PropagationRules, parameters: Bool) throws {
      let layers = 0..<model.descriptor.layerCount
      let points = layers.flatMap { layer in
        [Place.input, .afterAttention].map { ActivationPoint(layer: layer, place: $0) }
      }
      var random = SeededRandom(seed: 6)
      let size = model.configuration
      self.model = model
      trace = try model.forward(
        random.normal([1, 3, size.imageHeight, size.imageWidth]),
        recording: Recording(activations: Set(points), gradients: true, parameters: parameters))
      var lost: [Int: Double] = [:]
      gradients = try model.differentiable().backward(
        from: Targets([[ConservationTests.classIndex]]).cotangent(classCount: size.classCount),
        through: trace,
        rules: rules,
        requesting: GradientRequest(
          attention: .all, activations: Set(points), input: true, parameters: parameters)
      ) { lost[$0.layer] = ConservationTests.lost($0) }
      lostInSoftmax = lost
    }

    var logit: Double { Double(trace.logits.elements[ConservationTests.classIndex]) }

    func sum(_ layer: Int, _ point: Place) throws -> Double {
      let point = ActivationPoint(layer: layer, place: point)
      return product(try trace.activation(at: point), try #require(gradients.activations[point]))
    }

    func size(_ layer: Int, _ point: Place) throws -> Double {
      let point = ActivationPoint(layer: layer, place: point)
      return zip(
        try trace.activation(at: point).elements, try #require(gradients.activations[point]).elements
      ).reduce(0) { $0 + abs(Double($1.0) * Double($1.1)) }
    }

    func sumOfPixels() throws -> Double { product(trace.input, try #require(gradients.input)) }

    /// What parameters take that `isCounted` says.
    func taken(by isCounted: (NamedParameter) -> Bool) -> Double {
      model.parameters.filter(isCounted).reduce(0) { sum, parameter in
        sum + (gradients.parameters[parameter.name].map { product(parameter.tensor, $0) } ?? 0)
      }
    }

    /// What the biases of a layer and of all above it take, and the probe of an attention pooling above it.
    func taken(from layer: Int) -> Double {
      taken { parameter in
        if parameter.name == model.naming.probe { return true }
        guard parameter.name.hasSuffix("bias") else { return false }
        return parameter.layer.map { $0 >= layer } ?? !["patch_embed", "norm_pre"].contains {
          parameter.name.hasPrefix($0)
        }
      }
    }

    private func product(_ a: Tensor, _ b: Tensor) -> Double {
      zip(a.elements, b.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
  }

  /// A row of scores is ln A and a constant, and ds = A ⊙ (dA − Σ A ⊙ dA) sums to 0, so that the constant doesn't matter.
  private static func lost(_ visited: AttentionGradient) -> Double {
    let tokens = visited.attention.shape[2]
    let (a, c) = (visited.attention.elements.map(Double.init), visited.gradient.elements.map(Double.init))
    return stride(from: 0, to: a.count, by: tokens).reduce(0) { lost, start in
      let row = start..<start + tokens
      let mean = row.reduce(0) { $0 + a[$1] * c[$1] }
      // What a mask keeps at 0 has no share.
      return row.filter { a[$0] > 0 }.reduce(lost + mean) { $0 - logarithm(a[$1]) * a[$1] * (c[$1] - mean) }
    }
  }

  private func model(_ toy: ToyModel, withBiases: Bool) throws -> VisionTransformer {
    let model = try #require(toy.make(on: AvailableKernels.preferred.make()) as? VisionTransformer)
    guard !withBiases else { return model }
    return model.replacingParameters(
      Dictionary(
        uniqueKeysWithValues: model.parameters.map {
          ($0.name, $0.name.contains("bias") ? Tensor(repeating: 0, $0.tensor.shape) : $0.tensor)
        }))
  }

  private func expectConserved(
    _ sum: Double, _ expected: Double, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(abs(sum - expected) <= 1e-3 * abs(expected), "\(what)", sourceLocation: sourceLocation)
  }

  @Test(
    "CP-LRP, biases counted, down to pixels, positions and class tokens",
    arguments: ToyModel.all + ToyModel.stages + [.zeroShot])
  func cpLRP(_ toy: ToyModel) throws {
    let pass = try Pass(model(toy, withBiases: true), .cpLRP, parameters: true)
    for layer in 0..<3 {
      expectConserved(try pass.sum(layer, .input) + pass.taken(from: layer), pass.logit, "\(toy) \(layer)")
    }
    let rest = pass.taken { parameter in
      ["bias", "pos_embed", "cls_token", "dist_token", "reg_token"].contains { parameter.name.hasSuffix($0) }
    }
    expectConserved(try pass.sumOfPixels() + rest, pass.logit, "\(toy) pixels")
  }

  @Test(
    "AttnLRP, biases and what the softmax's expansion leaves counted",
    arguments: ToyModel.all + ToyModel.stages + [.zeroShot])
  func attnLRP(_ toy: ToyModel) throws {
    let pass = try Pass(
      model(toy, withBiases: ![.relative, .postNorm, .offsets].contains(toy)), .attnLRP, parameters: true)
    for layer in 0..<3 {
      let lost = (layer..<pass.model.descriptor.layerCount).reduce(0) {
        $0 + (pass.lostInSoftmax[$1] ?? .nan)
      }
      expectConserved(
        try pass.sum(layer, .input) + pass.taken(from: layer) + lost, pass.logit, "\(toy) \(layer)")
    }
  }

  /// In a parallel block, what goes through the MLP passes by the sum behind the attention.
  @Test(
    "conservative propagation, through attention and its layer norm",
    arguments: (ToyModel.all + ToyModel.stages + [.zeroShot]).filter { $0 != .parallel })
  func conservative(_ toy: ToyModel) throws {
    let pass = try Pass(model(toy, withBiases: true), .conservative, parameters: true)
    for layer in 0..<3 {
      let taken = pass.taken {
        $0.layer == layer && $0.name.hasSuffix("bias")
          && ($0.name.contains("norm1") || $0.name.contains("attn"))
      }
      expectConserved(
        try pass.sum(layer, .input) + taken, try pass.sum(layer, .afterAttention), "\(toy) \(layer)")
    }
  }

  @Test(
    "LRP without biases", arguments: ToyModel.all + ToyModel.stages + [.zeroShot],
    [PropagationRules.lrp(.epsilon(1e-6)), .lrp(.positive), .lrp(.gamma(0.25))])
  func lrp(_ toy: ToyModel, _ rules: PropagationRules) throws {
    let pass = try Pass(model(toy, withBiases: false), rules, parameters: false)
    for layer in 0..<3 {
      expectConserved(try pass.sum(layer, .input), pass.logit, "\(toy) \(layer)")
      if toy == .parallel { continue }
      expectConserved(try pass.sum(layer, .afterAttention), pass.logit, "\(toy) after attention \(layer)")
    }
  }

  /// Scores near 0 make relevance large, of either sign: 1e-3 of the sum of its sizes is what float32 can hold.
  ///
  /// The maps are
  /// wide enough that each output has some positive product.
  @Test(
    "relevance that passes norms and softmax unchanged, with biases",
    arguments: [PropagationRules.unchanged(.positive), .transformerAttribution])
  func unchanged(_ rules: PropagationRules) throws {
    let pass = try Pass(
      ParameterGradientTests().model(on: AvailableKernels.preferred.make()), rules, parameters: false)
    for layer in 0..<2 {
      for point in [Place.input, .afterAttention] {
        let (sum, size) = (try pass.sum(layer, point), try pass.size(layer, point))
        #expect(abs(sum - pass.logit) <= 1e-3 * size, "\(layer) \(point)")
      }
    }
    expectConserved(try pass.sum(1, .afterAttention), pass.logit, "above the first attention that is met")
  }

  @Test(
    "the plain gradient conserves nothing: these sums can fail",
    arguments: ToyModel.all + ToyModel.stages + [.zeroShot])
  func plain(_ toy: ToyModel) throws {
    let pass = try Pass(model(toy, withBiases: false), .gradient, parameters: false)
    let gaps = try (0..<3).map { abs(try pass.sum($0, .input) - pass.logit) }
    #expect((gaps.max() ?? 0) > 0.05 * abs(pass.logit))
  }
}
