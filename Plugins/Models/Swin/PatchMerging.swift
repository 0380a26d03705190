import XAICore
import XAITensor
import XAITransformer

/// What is between two stages: neighbouring tokens side by side, a layer norm, and a linear layer without bias; or the linear
/// layer first.
struct PatchMerging {
  let reduction: Linear
  let norm: LayerNorm
  let order: VisionTransformerConfiguration.NormOrder
  let kernels: any Kernels

  init(
    weights: MergeWeights, epsilon: Float, order: VisionTransformerConfiguration.NormOrder,
    kernels: any Kernels
  ) {
    self.reduction = weights.reduction
    self.norm = LayerNorm(norm: weights.norm, epsilon: epsilon, kernels: kernels)
    self.order = order
    self.kernels = kernels
  }

  /// What the backward pass needs of a forward pass.
  struct Tape: Sendable {
    /// What the linear layer saw, [B, n, 4·D].
    let reduced: Tensor
    let norm: LayerNorm.Tape
    /// The tokens of the next stage, [B, n, D′].
    let output: Tensor
  }

  /// The gradients of the parameters.
  struct Parameters {
    let reduction: Tensor
    let norm: Norm
  }

  /// Merges tokens, [B, N, D] to [B, n, D′].
  func forward(_ x: Tensor, _ merge: TokenMerge) -> Tape {
    let neighbours = merge.sideBySide(x)
    guard order == .preNorm else {
      let (normed, tape) = norm.forward(kernels.apply(reduction, to: neighbours))
      return Tape(reduced: neighbours, norm: tape, output: normed)
    }
    let (normed, tape) = norm.forward(neighbours)
    return Tape(reduced: normed, norm: tape, output: kernels.apply(reduction, to: normed))
  }

  /// The gradient of the tokens that were merged, [k·B, n, D′] to [k·B, N, D].
  ///
  /// Side by side is a permutation, which changes no relevance; what stands for missing neighbours is 0 and gets none.
  ///
  /// - Parameter parameters: called with the gradients of the parameters; not called when nil.
  func backward(
    _ gradient: Tensor, through tape: Tape, _ merge: TokenMerge, rules: PropagationRules,
    parameters: ((Parameters) -> Void)?
  ) -> Tensor {
    let isFirst = order == .preNorm
    let reduced = isFirst ? gradient : norm.backward(gradient, through: tape.norm, rule: rules.layerNorm)
    let neighbours = kernels.applyBackward(
      reduction, to: reduced, rule: rules.linear, input: tape.reduced,
      output: isFirst ? tape.output : kernels.apply(reduction, to: tape.reduced)
    ).freeze()
    parameters?(
      Parameters(
        reduction: kernels.parameterGradients(x: tape.reduced, gradient: reduced).weight,
        norm: norm.parameterGradients(isFirst ? neighbours : gradient, through: tape.norm)))
    return merge.apart(
      isFirst ? norm.backward(neighbours, through: tape.norm, rule: rules.layerNorm) : neighbours)
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
