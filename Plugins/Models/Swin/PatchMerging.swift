import XAICore
import XAITensor
import XAITransformer

/// What is between two stages: neighbouring tokens side by side, a layer norm, and a linear layer without bias.
struct PatchMerging {
  let weights: MergeWeights
  let epsilon: Float
  let kernels: any Kernels

  /// What the backward pass needs of a forward pass.
  struct Tape: Sendable {
    /// Neighbouring tokens side by side, [B, n, 4·D].
    let neighbours: Tensor
    let statistics: RowStatistics
  }

  /// Merges tokens, [B, N, D] to [B, n, D′].
  func forward(_ x: Tensor, _ merge: TokenMerge) -> (output: Tensor, tape: Tape) {
    let neighbours = merge.sideBySide(x)
    let (normed, statistics) = kernels.layerNorm(
      neighbours, weight: weights.norm.weight, bias: weights.norm.bias, epsilon: epsilon)
    return (
      kernels.apply(weights.reduction, to: normed), Tape(neighbours: neighbours, statistics: statistics)
    )
  }

  /// The gradient of the tokens that were merged, [k·B, n, D′] to [k·B, N, D].
  func backward(_ gradient: Tensor, through tape: Tape, _ merge: TokenMerge) -> Tensor {
    let normed = kernels.applyBackward(weights.reduction, to: gradient).freeze()
    return merge.apart(
      kernels.layerNormBackward(
        normed, x: tape.neighbours, statistics: tape.statistics, weight: weights.norm.weight,
        epsilon: epsilon,
        constantVariance: false, residual: nil))
  }
}

extension TokenMerge {
  /// The tokens that become one, side by side, column by column; zeros where there is none: [B, N, D] to [B, n, f·D].
  func sideBySide(_ x: Tensor) -> Tensor {
    let (rows, width) = (x.shape[0], x.shape[2])
    var sources: [Int] = []
    forEachPart(rows) { source, _ in sources.append(source ?? -1) }
    return x.gathering(sources, columns: width, shape: [rows, coarse.count, factor.count * width])
  }

  /// The reverse: [B, n, f·D] to [B, N, D].
  func apart(_ x: Tensor) -> Tensor {
    let (rows, width) = (x.shape[0], x.shape[2] / factor.count)
    var parts = [Int](repeating: -1, count: rows * fine.count)
    forEachPart(rows) { source, part in
      if let source { parts[source] = part }
    }
    return x.gathering(parts, columns: width, shape: [rows, fine.count, width])
  }

  /// Calls `body` with each token that is merged, and its place among the parts of the merged ones.
  private func forEachPart(_ rows: Int, _ body: (_ source: Int?, _ part: Int) -> Void) {
    let coarse = coarse
    var part = 0
    for row in 0..<rows {
      for token in 0..<coarse.count {
        for x in 0..<factor.columns {
          for y in 0..<factor.rows {
            let line = token / coarse.columns * factor.rows + y
            let column = token % coarse.columns * factor.columns + x
            let isThere = line < fine.rows && column < fine.columns
            body(isThere ? row * fine.count + line * fine.columns + column : nil, part)
            part += 1
          }
        }
      }
    }
  }
}
