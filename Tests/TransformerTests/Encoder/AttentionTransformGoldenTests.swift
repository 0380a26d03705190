import Foundation
import Testing
import XAICore
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// Transforms of queries and keys against timm's, forward and backward (`Tests/Fixtures/attention`).
@Suite struct AttentionTransformGoldenTests {
  private let file: SafetensorsFile

  init() throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    file = try SafetensorsFile(
      path: tests.appendingPathComponent("Fixtures/attention/attention.safetensors").path)
  }

  static let embeddings: [(name: String, embedding: RotaryEmbedding)] = [
    ("eva", RotaryEmbedding()),
    ("eva-other-grid", RotaryEmbedding(coordinates: .indices(of: PatchGrid(rows: 6, columns: 6)))),
    ("dinov3", RotaryEmbedding(base: 100, pairing: .halves, coordinates: .centred)),
  ]

  private func context(
    _ part: AttentionTransformContext.Part, _ grid: PatchGrid, _ parameters: [Tensor],
    _ kernels: AvailableKernels
  ) -> AttentionTransformContext {
    AttentionTransformContext(
      part: part, places: TokenPlaces(prefixCount: 0, grid: grid), parameters: parameters,
      kernels: kernels.make())
  }

  @Test("rotary embeddings of EVA-02 and DINOv3", arguments: embeddings, AvailableKernels.all)
  func rotated(_ rotary: (name: String, embedding: RotaryEmbedding), _ kernels: AvailableKernels) throws {
    let context = context(.keys, PatchGrid(rows: 3, columns: 4), [], kernels)
    let x = try file.tensor("\(rotary.name).x")
    expectClose(
      rotary.embedding.apply(to: x, in: context), try file.tensor("\(rotary.name).rotated"), within: 5e-6,
      "\(rotary.name)")
    expectClose(
      rotary.embedding.applyBackward(
        try file.tensor("\(rotary.name).gradient"), of: x, rules: .gradient, in: context),
      try file.tensor("\(rotary.name).back"), within: 5e-6, "\(rotary.name), backward")
  }

  @Test("Swin V2's cosines, with a scale that is cut off", arguments: AvailableKernels.all)
  func cosine(_ kernels: AvailableKernels) throws {
    let transform = CosineAttention()
    let scale = try file.tensor("cosine.scale")
    let (q, k) = (try file.tensor("cosine.queries"), try file.tensor("cosine.keys"))
    let grid = PatchGrid(rows: 2, columns: 3)
    let (ofQueries, ofKeys) = (
      context(.queries, grid, [scale], kernels), context(.keys, grid, [scale], kernels)
    )
    let queries = transform.apply(to: q, in: ofQueries)
    let keys = transform.apply(to: k, in: ofKeys)
    let (images, tokens, heads, width) = (q.shape[0], q.shape[1], q.shape[2], q.shape[3])
    func at(_ x: Tensor, _ image: Int, _ token: Int, _ head: Int) -> [Float] {
      x[image][token][head].elements
    }
    // Scores, and what comes of their gradient, sum by sum.
    let gradient = try file.tensor("cosine.gradient")
    var scores: [Float] = []
    var (dQueries, dKeys): ([Float], [Float]) = ([], [])
    for image in 0..<images {
      for head in 0..<heads {
        for query in 0..<tokens {
          for key in 0..<tokens {
            scores.append(
              zip(at(queries, image, query, head), at(keys, image, key, head)).reduce(0) { $0 + $1.0 * $1.1 })
          }
        }
      }
      for token in 0..<tokens {
        for head in 0..<heads {
          for index in 0..<width {
            dQueries.append(
              (0..<tokens).reduce(0) {
                $0 + gradient[image][head][token].elements[$1] * at(keys, image, $1, head)[index]
              })
            dKeys.append(
              (0..<tokens).reduce(0) {
                $0 + gradient[image][head][$1].elements[token] * at(queries, image, $1, head)[index]
              })
          }
        }
      }
    }
    expectCloseToLargest(
      Tensor([images, heads, tokens, tokens], scores), try file.tensor("cosine.scores"), within: 1e-5,
      "scores")
    let (queryGradient, keyGradient) = (Tensor(q.shape, dQueries), Tensor(k.shape, dKeys))
    expectCloseToLargest(
      transform.applyBackward(queryGradient, of: q, rules: .gradient, in: ofQueries),
      try file.tensor("cosine.queries-gradient"), within: 1e-5, "queries")
    expectCloseToLargest(
      transform.applyBackward(keyGradient, of: k, rules: .gradient, in: ofKeys),
      try file.tensor("cosine.keys-gradient"), within: 1e-5, "keys")
    let parameters = transform.parameterGradients(queryGradient, of: q, in: ofQueries)
    expectCloseToLargest(
      try #require(parameters[0]), try file.tensor("cosine.scale-gradient"), within: 1e-5, "scale")
  }
}
