public import XAITensor

/// Attention maps of every layer weighted by their own gradient, one [N, N] matrix a layer and row of the backward pass, or
/// one a window.
public struct GradientWeightedAttention: Sendable {
  /// Where negative products become 0.
  public enum Clamp: Sendable {
    /// After the mean over heads: ReLU(mean_h(G ⊙ A)).
    case afterMean
    /// In each head: mean_h ReLU(G ⊙ A).
    case eachHead
    /// In the gradient alone, whose mean over heads meets that of attention: mean_h A ⊙ mean_h ReLU(G).
    case meansApart
  }

  /// Matrices by layer and row of the backward pass.
  private let matrices: [Int: [AttentionMatrices]]

  /// Holds matrices of layers that were fused one by one, [rows, 1, N, N] each.
  public init(layers: [Int: Tensor], of layout: TokenLayout) {
    matrices = Dictionary(
      uniqueKeysWithValues: layers.map { layer, fused in
        let windows = layout.windows(ofLayer: layer)
        let rows = fused.shape[0] / (windows?.count ?? 1)
        return (layer, (0..<rows).map { AttentionMatrices(fused, row: $0, windows: windows) })
      })
  }

  /// Runs one backward pass and fuses the heads of each layer as its gradient is made.
  ///
  /// - Parameters:
  ///   - trace: recorded with gradients.
  ///   - cotangent: what the pass begins with, [k·B, classes].
  ///   - layers: whose matrices are made.
  ///   - clamp: what becomes of negative products.
  ///   - rules: how the pass goes through each kind of operation; the derivative by default.
  ///   - model: the model of the trace.
  public init(
    _ trace: ForwardTrace, cotangent: Tensor, layers: Range<Int>, clamp: Clamp,
    rules: PropagationRules = .gradient, using model: any Model
  ) throws {
    var fused: [Int: Tensor] = [:]
    _ = try model.differentiable().backward(
      from: cotangent, through: trace, rules: rules,
      requesting: GradientRequest(attention: .some(Set(layers)))
    ) { visited in
      fused[visited.layer] = Self.fuse(visited, clamp)
    }
    self.init(layers: fused, of: trace.layout)
  }

  /// Fuses the heads of a layer to one matrix a row of the pass, or a window of it, [rows, 1, N, N]; attention may have as
  /// many rows, or those of the images, which are then repeated.
  public static func fuse(_ visited: AttentionGradient, _ clamp: Clamp) -> Tensor {
    let (rows, heads, tokens) = (
      visited.gradient.shape[0], visited.gradient.shape[1], visited.gradient.shape[2]
    )
    let (images, entries) = (visited.attention.shape[0], tokens * tokens)
    let (a, g) = (Elementwise.operand(0), Elementwise.operand(1))
    let terms: Elementwise =
      switch clamp {
      case .afterMean: a * g
      case .eachHead: (a * g).positivePart
      case .meansApart: g.positivePart
      }
    func sumOfHeads(_ terms: Elementwise, rows: Int) -> Tensor {
      .sum(terms, of: [visited.attention, visited.gradient], outer: rows, middle: heads, inner: entries)
    }
    let mean = (Elementwise.operand(0) / .constant(Float(heads))).positivePart
    let sums = sumOfHeads(terms, rows: rows)
    let shape: TensorShape = [rows, 1, tokens, tokens]
    guard clamp == .meansApart else { return .map([sums], to: shape, mean) }
    return .map(
      [sums, sumOfHeads(a, rows: images)], to: shape,
      mean * (Elementwise.operand(1) / .constant(Float(heads))))
  }

  /// One score per patch: the readout row of R = (I + Ā_L)⋯(I + Ā_first), a product of row vectors.
  ///
  /// - Parameters:
  ///   - layers: the factors, the first of them on the right.
  ///   - passRow: the row of the backward pass, target-major.
  ///   - layout: the tokens of the pass.
  public func rollOut(_ layers: Range<Int>, passRow: Int, of layout: TokenLayout) -> [Float] {
    let rows = RowPropagation.propagate([layout.readoutWeights], through: layers.reversed(), of: layout) {
      write($0, passRow: passRow)
      $0.addIdentity()
    }
    return layout.patchScores(rows[0], ofLayer: layers.lowerBound)
  }

  /// Writes the entries of a row of its layer's matrix.
  public func write(_ row: TransitionRow, passRow: Int) {
    guard let matrices = matrices[row.layer] else { return row.entries.update(repeating: 0) }
    matrices[passRow].withRow(head: 0, row: row.token) { values in
      for c in values.indices { row.entries[c] = values[c] }
    }
  }
}
