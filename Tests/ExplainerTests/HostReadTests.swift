import Testing
import XAICore
import XAIExplainers
import XAIFoundation
import XAITensor
import XAITesting

/// Where host memory is touched, proved on kernels whose tensors count what is read of them (docs/architecture.md, "Where
/// host memory is touched").
@Suite struct HostReadTests {
  /// What each explainer of one forward pass reads of a model of 3 layers, by its defaults, for one image and target.
  ///
  /// `PatchEmbedding` still makes the first tokens and the gradient of the input in host memory, where nothing has to be
  /// read: TokenTM has two reads less than 7 a layer, and explainers by pixels have none.
  static let expected: [String: [String: Int]] = [
    "attention-rollout": ["attention": 3],
    "attention-flow": ["attention": 3],
    "raw-attention": ["attention": 1],
    "gmar": ["attention": 3, "head norms": 3],
    "gradient-rollout": ["attention": 3],
    "generic-attention": ["attention": 3],
    "token-tm": ["attention": 3, "lengths of tokens": 19],
    "legrad": ["column sums of the gradient": 3],
    "grad-cam": ["scores of patches": 1],
    "layer-cam": ["scores of patches": 1],
    "grad-cam-plus-plus": ["activations": 1, "gradient": 1],
    "input-x-gradient": [:],
    "lrp": [:],
    "conservative-propagation": ["relevance of tokens": 1],
    "attnlrp": [:],
    "cp-lrp": [:],
    "partial-lrp": ["readout rows of the relevance": 1],
    "transformer-attribution": ["attention": 3, "relevance of a residual sum": 12],
    "random": [:],
    "centre": [:],
  ]

  /// Code below the explainers that still works in host memory.
  static let stillOnHost: Set<String> = [
    "XAITransformer/PatchEmbedding.swift", "XAITransformer/ReadoutHead.swift",
    "XAITransformer/EncoderBlock.swift", "XAITransformer/VisionTransformer+Layers.swift",
    "XAITransformer/MultiHeadAttention+Backward.swift",
  ]

  @Test(arguments: BuiltIn.chosen(of: builtInExplainers), [ToyModel.classToken, .gated])
  func reads(_ plugin: BuiltIn, _ model: ToyModel) throws {
    let type = try #require(plugin.type as? any Explainer.Type)
    try check(type, model)
  }

  private func check<E: Explainer>(_ type: E.Type, _ toy: ToyModel) throws {
    guard ["0", "1"].contains(E.descriptor.forwardPasses) else { return }
    let explainer = try E(options: E.Options())
    let base = AvailableKernels.preferred.make()
    let kernels = CountingKernels(base)
    let counted = try explain(explainer, toy.make(on: kernels))
    let reads = kernels.device.takeReads()
    let plain = try explain(explainer, toy.make(on: base))
    #expect(counted == plain, "the same bits wherever tensors live")

    var named: [String: Int] = [:]
    var unnamed: Set<String> = []
    for (point, count) in reads {
      switch point {
      case .named(let name): named[name] = count
      case .unnamed(let file): unnamed.insert(file)
      }
    }
    #expect(named == Self.expected[E.descriptor.id], "\(E.descriptor.id)")
    #expect(unnamed.isSubset(of: Self.stillOnHost), "\(unnamed.subtracting(Self.stillOnHost))")
  }

  private func explain(_ explainer: some Explainer, _ model: any Model) throws -> [Float] {
    var random = SeededRandom(seed: 3)
    let trace = try model.forward(
      random.normal([1, 3, 12, 12]), recording: explainer.recording(for: model.descriptor))
    return try explainer.explain(trace, targets: Targets([[1]]), using: model)[0][0].scores
  }
}
