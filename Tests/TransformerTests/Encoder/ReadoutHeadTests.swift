import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAITransformer

@Suite struct ReadoutHeadTests {
  /// (x − mean)/√(variance + ε)·weight + bias in double precision.
  private func layerNorm(_ x: [Double], _ norm: Norm, epsilon: Float) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    let scale = 1 / (variance + Double(epsilon)).squareRoot()
    return zip(x.indices, x).map {
      ($1 - mean) * scale * Double(norm.weight.elements[$0]) + Double(norm.bias.elements[$0])
    }
  }

  private func apply(_ head: ClassifierHead, _ x: [Double]) -> [Double] {
    guard case .linear(let linear) = head else { return [] }
    let (weight, bias) = (Matrix(linear.weight), linear.bias?.elements ?? [])
    return bias.indices.map { c in x.indices.reduce(Double(bias[c])) { $0 + weight[c, $1] * x[$1] } }
  }

  @Test("logits are read as the layout says", arguments: ToyModel.all, AvailableKernels.all)
  func logits(_ toy: ToyModel, _ kernels: AvailableKernels) throws {
    let model = try #require(toy.make(on: kernels.make()) as? VisionTransformer)
    try compare(model.head, toy.layout, "\(toy)")
  }

  @Test(
    "a mean of patches after the norm, and before it, are different things", arguments: AvailableKernels.all)
  func normOnTokens(_ kernels: AvailableKernels) throws {
    let model = try #require(ToyModel.meanPooled.make(on: kernels.make()) as? VisionTransformer)
    let head = ReadoutHead(
      finalNorm: .onTokens, epsilon: model.configuration.epsilon,
      norm: model.weights.finalNorm, heads: model.weights.heads, kernels: kernels.make())
    try compare(head, ToyModel.meanPooled.layout, "norm on tokens")
  }

  private func compare(_ head: ReadoutHead, _ layout: TokenLayout, _ what: String) throws {
    var random = SeededRandom(seed: 12)
    let norm = try #require(head.norm)
    let tokens = random.normal([2, layout.tokenCount, norm.weight.count])
    let (logits, _) = head.forward(tokens, ReadTokens(layout))
    for image in 0..<2 {
      let rows = Matrix(tokens[image])
      func normed(_ x: [Double]) -> [Double] { layerNorm(x, norm, epsilon: head.epsilon) }
      func mean(_ rows: [[Double]]) -> [Double] {
        rows[0].indices.map { d in rows.reduce(0) { $0 + $1[d] } / Double(rows.count) }
      }
      let expected: [Double]
      switch layout.readout {
      case .classToken: expected = apply(head.heads[0], normed(rows[row: 0]))
      case .meanOfClassAndDistillation:
        expected = mean((0..<2).map { apply(head.heads[$0], normed(rows[row: $0])) })
      case .classAndMeanOfPatches:
        expected = apply(
          head.heads[0], normed(rows[row: 0]) + mean(layout.patches.map { normed(rows[row: $0]) }))
      case .meanOfPatches:
        let patches = layout.patches.map { rows[row: $0] }
        expected = apply(
          head.heads[0],
          head.finalNorm == .onTokens ? mean(patches.map(normed)) : normed(mean(patches)))
      case .meanAndMaximumOfPatches, .attentionPooling: fatalError("not among these toys")
      }
      expectClose(logits[image].elements, expected.map(Float.init), within: 1e-5, "\(what), image \(image)")
    }
  }
}
