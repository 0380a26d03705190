import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting
import XAITransformer

/// Passes on kernels whose tensors count what host memory reads of them: the results are the same to the bit, and nothing
/// reads but what is known to.
@Suite struct HostReadTests {
  /// Code of passes that still works in host memory.
  static let stillOnHost: Set<String> = [
    "XAITransformer/PatchEmbedding.swift", "XAITransformer/ReadoutHead.swift",
    "XAITransformer/EncoderBlock.swift", "XAITransformer/HierarchicalTransformer.swift",
    "XAITransformer/RelativePositionBias.swift", "XAITransformer/MultiHeadAttention+Backward.swift",
  ]

  /// The rules of the backward pass, and what it reads under each.
  static let rules: [(name: String, rules: PropagationRules, reads: Set<String>)] = [
    ("gradient", .gradient, []),
    ("epsilon", .unchanged(.epsilon(1e-3)), []),
    ("gamma", .unchanged(.gamma(0.25)), []),
    ("positive", .unchanged(.positive), []),
    ("balanced", .transformerAttribution, ["relevance of a residual sum"]),
  ]

  @Test(arguments: ToyModel.all, HostReadTests.rules.indices)
  func passes(_ toy: ToyModel, _ rule: Int) throws {
    let (_, rules, reads) = Self.rules[rule]
    let size = (toy.configuration.imageHeight, toy.configuration.imageWidth)
    try check({ toy.make(on: $0) }, size, rules, reads: reads)
  }

  @Test(arguments: HierarchicalToyModel.all)
  func passes(_ toy: HierarchicalToyModel) throws {
    let size = (toy.configuration.imageHeight, toy.configuration.imageWidth)
    try check({ toy.make(on: $0) }, size, .gradient, reads: [])
  }

  private func check(
    _ make: (any Kernels) -> any Model, _ size: (height: Int, width: Int), _ rules: PropagationRules,
    reads: Set<String>
  ) throws {
    let base = AvailableKernels.preferred.make()
    let kernels = CountingKernels(base)
    let (counted, plain) = try (pass(make(kernels), size, rules), pass(make(base), size, rules))
    var (named, unnamed): (Set<String>, Set<String>) = ([], [])
    for point in kernels.device.takeReads().keys {
      switch point {
      case .named(let name): named.insert(name)
      case .unnamed(let file): unnamed.insert(file)
      }
    }
    #expect(named == reads)
    #expect(unnamed.isSubset(of: Self.stillOnHost), "\(unnamed.subtracting(Self.stillOnHost))")
    #expect(counted.map(\.elements) == plain.map(\.elements), "the same bits wherever tensors live")
    let last = try #require(counted.last)
    #expect(last.device != nil, "gradients of attention are on the device")
  }

  /// The logits, the gradient of the input, and that of each layer's attention.
  private func pass(
    _ model: any Model, _ size: (height: Int, width: Int), _ rules: PropagationRules
  ) throws -> [Tensor] {
    var random = SeededRandom(seed: 5)
    let model = try model.differentiable()
    let trace = try model.forward(
      random.normal([2, 3, size.height, size.width]), recording: Recording(gradients: true))
    var attention: [Tensor] = []
    let gradients = try model.backward(
      from: Targets([[1, 2], [0, 3]]).cotangent(classCount: model.descriptor.classCount), through: trace,
      rules: rules, requesting: GradientRequest(attention: .all, input: true)
    ) { attention.append($0.gradient) }
    return try [trace.logits, #require(gradients.input)] + attention
  }
}
