import XAICore
import XAITensor

/// The integrated gradient of the last layer's attention, in the rows that the logits are read from.
///
/// F = mean_h ReLU(1/n · Σ_k ∂y/∂A_L,h at α_k·x), α_k = k/(n − 1): the path begins with 0 after mean and standard deviation.
struct ReasoningFeedback {
  private let tokenCount: Int
  /// F by row of the backward pass and token that is read, N values each.
  private let rows: [[[Float]]]

  init(_ trace: ForwardTrace, cotangent: Tensor, using model: any Model, for explainer: BTH) throws {
    let steps = explainer.options.steps
    let (heads, tokens) = (model.descriptor.headCount, trace.layout.tokenCount)
    let read = trace.layout.readoutTokens
    let width = heads * tokens
    var sums = [[[Float]]](
      repeating: [[Float]](repeating: [Float](repeating: 0, count: width), count: read.count),
      count: cotangent.shape[0])
    try SampledPasses(trace, cotangent: cotangent, using: model, for: explainer).run(
      steps, requesting: GradientRequest(attention: .some([model.descriptor.layerCount - 1])),
      write: { step, destination in
        let share = Float(step) / Float(steps - 1)
        trace.input.withElements { for index in $0.indices { destination[index] = share * $0[index] } }
      },
      visitAttention: { batch, visited in
        for passRow in sums.indices {
          for sample in batch.samples {
            let rows = visited.gradient[batch.row(sample: sample, of: passRow)].gathering(
              read.flatMap { token in (0..<heads).map { $0 * tokens + token } }, columns: tokens,
              shape: [read.count, width]
            ).onHost("readout rows of the gradient")
            for place in read.indices {
              for (c, value) in rows[place].elements.enumerated() { sums[passRow][place][c] += value }
            }
          }
        }
      })
    tokenCount = tokens
    rows = sums.map { row in
      row.map { sums in
        (0..<tokens).map { c in
          (0..<heads).reduce(Float(0)) { $0 + max(sums[$1 * tokens + c] / Float(steps), 0) } / Float(heads)
        }
      }
    }
  }

  /// F of a row of the backward pass, at a token that is read and a key.
  func value(_ passRow: Int, token: Int, column: Int) -> Float { rows[passRow][token][column] }
}
