import Testing
import XAICore
import XAIExplainers
import XAIFoundation
import XAITensor
import XAITesting

/// Where host memory is touched, proved on kernels whose tensors count what is read of them (docs/architecture.md, "Where
/// host memory is touched").
@Suite struct HostReadTests {
  /// What each explainer of one forward pass reads of a model of 3 layers, by its defaults, for one image and target, and
  /// nothing else reads.
  static let expected: [String: [String: Int]] = [
    "attention-rollout": ["attention": 3],
    "attention-flow": ["attention": 3],
    "raw-attention": ["attention": 1],
    "gmar": ["attention": 3, "head norms": 3],
    "gradient-rollout": ["attention": 3],
    "generic-attention": ["attention": 3],
    "token-tm": ["attention": 3, "lengths of tokens": 21],
    "legrad": ["column sums of the gradient": 3],
    "agcam": ["attention": 6],
    "grad-eclip": ["activations": 3, "gradient": 1],
    "attcat": ["attention": 3, "relevance of tokens": 6],
    "fullgrad-plus": ["relevance of tokens": 6],
    "dap": ["attention": 3, "scores of patches": 3],
    "grad-cam": ["scores of patches": 1],
    "layer-cam": ["scores of patches": 1],
    "grad-cam-plus-plus": ["activations": 1, "gradient": 1],
    "input-x-gradient": ["scores of patches": 2],
    "lrp": ["scores of patches": 2],
    "conservative-propagation": ["relevance of tokens": 2],
    "attnlrp": ["scores of patches": 2],
    "cp-lrp": ["scores of patches": 2],
    "cort": ["logits": 1, "relevance of tokens": 6],
    "partial-lrp": ["attention": 1],
    "transformer-attribution": ["attention": 3, "relevance of a residual sum": 12],
    "token-norm": ["activations": 1],
    "patch-pca": ["activations": 1],
    "random": [:],
    "centre": [:],
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
    let expected = try #require(Self.expected[E.descriptor.id])
    #expect(
      reads == Dictionary(uniqueKeysWithValues: expected.map { (.named($0), $1) }), "\(E.descriptor.id)")
  }

  private func explain(_ explainer: some Explainer, _ model: any Model) throws -> [Float] {
    var random = SeededRandom(seed: 3)
    let trace = try model.forward(
      random.normal([1, 3, 12, 12]), recording: explainer.recording(for: model.descriptor))
    return try explainer.explain(from: trace, targets: Targets([[1]]), using: model)[0][0].scores
  }
}
