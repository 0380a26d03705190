import Testing
import XAICore
import XAIFoundation
import XAIRISE
import XAISwin
import XAITensor
import XAITesting
import XAITransformer

/// Passes on kernels whose tensors count what host memory reads of them: the results are the same to the bit, and nothing
/// is read but at the places that are named here.
@Suite struct HostReadTests {
  /// The rules of the backward pass, and what it reads for each layer.
  static let rules: [(name: String, rules: PropagationRules, reads: [String: Int])] = [
    ("gradient", .gradient, [:]),
    ("epsilon", .unchanged(.epsilon(1e-3)), [:]),
    ("gamma", .unchanged(.gamma(0.25)), [:]),
    ("positive", .unchanged(.positive), [:]),
    ("balanced", .transformerAttribution, ["relevance of a residual sum": 4]),
  ]

  static let models = ToyModel.all + ToyModel.stages

  /// The same model of other sizes has its positions and position biases interpolated.
  @Test(arguments: models, rules.indices)
  func passes(_ toy: ToyModel, _ rule: Int) throws {
    let (_, rules, reads) = Self.rules[rule]
    let (height, width) = (toy.configuration.imageHeight, toy.configuration.imageWidth)
    for size in [(height, width), (2 * height, 3 * width)] {
      // A block has two residual sums, an attention pooling one.
      let sums = 2 * toy.configuration.depth + (toy.configuration.pooling == nil ? 0 : 1)
      try check({ toy.make(on: $0) }, reads: reads.mapValues { $0 / 2 * sums }) { model, move in
        try pass(model, move(images(size)), rules)
      }
    }
  }

  @Test(arguments: HierarchicalToyModel.all, rules.indices)
  func passes(_ toy: HierarchicalToyModel, _ rule: Int) throws {
    let (_, rules, reads) = Self.rules[rule]
    let size = (toy.configuration.imageHeight, toy.configuration.imageWidth)
    try check({ toy.make(on: $0) }, reads: reads.mapValues { $0 * toy.configuration.layerCount }) {
      model, move in
      try pass(model, move(images(size)), rules)
    }
  }

  @Test(arguments: HierarchicalToyModel.all)
  func parametersAndInterventions(_ toy: HierarchicalToyModel) throws {
    let size = (toy.configuration.imageHeight, toy.configuration.imageWidth)
    try check({ toy.make(on: $0) }, reads: [:]) { model, move in
      let input = move(images(size))
      let trace = try model.forward(input, recording: Recording(gradients: true, parameters: true))
      let gradients = try model.differentiable().backward(
        from: Targets([[1], [3]]).cotangent(classCount: model.descriptor.classCount), through: trace,
        requesting: GradientRequest(parameters: true))
      return try gradients.parameters.sorted { $0.key < $1.key }.map(\.value) + [
        model.intervenable().logits(input, under: .keepingPatches([[0, 3, 4], [1, 2, 6]])),
        model.intervenable().logits(
          input, under: .removingHeads([[.init(layer: 0, head: 0)], [.init(layer: 1, head: 0)]])),
      ]
    }
  }

  /// Lengths in double precision are taken in host memory.
  @Test func cosineHead() throws {
    let reads = ["features of a cosine head": 1, "gradient of a cosine head": 1]
    try check({ ToyModel.zeroShot.make(on: $0) }, reads: reads) { model, move in
      try pass(model, move(images((12, 12))), .gradient)
    }
  }

  @Test(arguments: models)
  func parameters(_ toy: ToyModel) throws {
    let (height, width) = (toy.configuration.imageHeight, toy.configuration.imageWidth)
    for size in [(height, width), (2 * height, 3 * width)] {
      try check({ toy.make(on: $0) }, reads: [:]) { model, move in
        let trace = try model.forward(
          move(images(size)), recording: Recording(gradients: true, parameters: true))
        let gradients = try model.differentiable().backward(
          from: Targets([[1], [3]]).cotangent(classCount: model.descriptor.classCount), through: trace,
          requesting: GradientRequest(parameters: true))
        return gradients.parameters.sorted { $0.key < $1.key }.map(\.value)
      }
    }
  }

  @Test(arguments: models)
  func interventions(_ toy: ToyModel) throws {
    let size = (toy.configuration.imageHeight, toy.configuration.imageWidth)
    // A table that is a parameter is in host memory; one that an MLP makes is where products are computed.
    let reads = toy == .offsets ? ["position bias": toy.configuration.depth] : [:]
    try check({ toy.make(on: $0) }, reads: reads) { model, move in
      let (model, input) = (try model.intervenable(), move(images(size)))
      return try [
        model.logits(input, under: .keepingPatches([[0, 3, 4], [1, 2, 6]])),
        model.logits(
          input, under: .removingHeads([[.init(layer: 0, head: 0)], [.init(layer: 1, head: 0)]])),
      ]
    }
  }

  @Test(arguments: models, LayerReadout.allCases)
  func layerReadouts(_ toy: ToyModel, _ readout: LayerReadout) throws {
    let size = (toy.configuration.imageHeight, toy.configuration.imageWidth)
    try check({ toy.make(on: $0) }, reads: [:]) { model, move in
      let outputs = (0..<toy.configuration.depth).map { ActivationPoint(layer: $0, place: .output) }
      let trace = try model.forward(
        move(images(size)), recording: Recording(activations: Set(outputs), gradients: true))
      var gradients: [Tensor] = []
      try model.layerReadable().readLayers(
        from: Targets([[1, 2], [0, 3]]).cotangent(classCount: model.descriptor.classCount), through: trace,
        layers: .all, readout: readout
      ) { gradients.append($0.gradient) }
      return gradients
    }
  }

  /// Changed inputs of an image on a device are made there: a blend, a choice, a formula, and patches of the whole image.
  @Test func frames() throws {
    let base = AvailableKernels.preferred.make()
    let kernels = CountingKernels(base)
    var random = SeededRandom(seed: 9)
    let (image, other) = (random.normal([3, 12, 12]), random.normal([3, 12, 12]))
    let mask = random.normal([144])
    func logits(_ model: any Model, _ move: @Sendable @escaping (Tensor) -> Tensor) throws -> [[Float]] {
      let (own, other) = (move(image), move(other))
      let plan = FramePlan([
        .whole, Frame(.image(.blend(own, with: other) { mask })),
        Frame(
          .image(
            .choice(own, or: other) { Tensor([144], (0..<144).map { $0 % 3 == 0 ? 0 : 1 }) })),
        Frame(.image(FrameImage(.operand(0) * 0.5 + .operand(1)) { [own, mask] })),
        Frame(.patches([0, 4])),
      ])
      var runner = try FrameRunner(RISE(), model: model, batchSize: 8, total: plan.count)
      var rows = [[Float]](repeating: [], count: plan.count)
      try runner.run(plan, of: own) { rows[$0] = Array($1) }
      return rows
    }
    let device = kernels.device
    let counted = try logits(ToyModel.classToken.make(on: kernels)) { device.tensor($0) }
    #expect(device.takeReads() == [.named("logits"): 2], "pixels and patches are two batches")
    #expect(try counted == logits(ToyModel.classToken.make(on: base)) { $0 })
  }

  // MARK: - Passes

  private func images(_ size: (height: Int, width: Int)) -> Tensor {
    var random = SeededRandom(seed: 5)
    return random.normal([2, 3, size.height, size.width])
  }

  /// Compares what a pass gives on a device, with its input there, with what it gives in host memory.
  private func check(
    _ make: (any Kernels) -> any Model, reads: [String: Int],
    _ pass: (any Model, _ move: (Tensor) -> Tensor) throws -> [Tensor]
  ) throws {
    let base = AvailableKernels.preferred.make()
    let kernels = CountingKernels(base)
    let counted = try pass(make(kernels)) { kernels.device.tensor($0) }
    let found = kernels.device.takeReads()
    let plain = try pass(make(base)) { $0 }
    #expect(found == Dictionary(uniqueKeysWithValues: reads.map { (.named($0), $1) }))
    #expect(counted.map(\.elements) == plain.map(\.elements), "the same bits wherever tensors live")
    #expect(counted.last?.device != nil, "what comes of it is on the device")
  }

  /// The logits, the gradient of the input, and that of each layer's attention.
  private func pass(_ model: any Model, _ input: Tensor, _ rules: PropagationRules) throws -> [Tensor] {
    let model = try model.differentiable()
    let trace = try model.forward(input, recording: Recording(gradients: true))
    var attention: [Tensor] = []
    let gradients = try model.backward(
      from: Targets([[1, 2], [0, 3]]).cotangent(classCount: model.descriptor.classCount), through: trace,
      rules: rules, requesting: GradientRequest(attention: .all, input: true)
    ) { attention.append($0.gradient) }
    return try [trace.logits, #require(gradients.input)] + attention
  }
}
