import XAICore
import XAIFoundation
import XAITensor
import XAITransformer

/// A relative position bias that is a function of the offset between two tokens of a window.
///
/// With Δ the offset of rows and of columns as a share of the largest one of pretraining, times 8, its size is taken by
/// logarithm, δ = sign(Δ)·log₂(1 + |Δ|)/log₂ 8, and the bias of each head is 16·σ(W₂·ReLU(W₁·δ + b₁)). In timm's own version 2
/// Δ is the offset itself, δ = sign(Δ)·ln(1 + |Δ|), and the bias W₂·ReLU(W₁·δ + b₁) + b₂.
/// Source: Liu et al. 2022, Swin Transformer V2 (arXiv 2111.09883), equations 3 and 4; the factor of 16 as in their code.
struct ContinuousPositionBias: Sendable {
  /// What the authors compute, and what timm's own version does.
  enum Form: Hashable, Sendable {
    /// Between 0 and 16, of shares of a window.
    case bounded
    /// Any number, of offsets as they are.
    case unbounded

    /// Elements of the hidden layer, in every model.
    var hiddenWidth: Int { self == .bounded ? 512 : 384 }

    /// Parameters of both layers.
    func parameterCount(headCount: Int) -> Int {
      hiddenWidth * (3 + headCount) + (self == .bounded ? 0 : headCount)
    }
  }

  let form: Form
  /// [hidden, 2].
  let expansion: Linear
  /// [heads, hidden], without bias where the bias is bounded.
  let contraction: Linear

  private var hiddenWidth: Int { form.hiddenWidth }

  /// Takes the parameters by the names of the two layers.
  init(
    _ source: ParameterSource, _ names: HierarchicalNaming.ContinuousBias, _ form: Form, headCount: Int
  ) {
    self.form = form
    expansion = source.linear(names.expansion, form.hiddenWidth, 2)
    contraction = source.linear(
      names.contraction, headCount, form.hiddenWidth, hasBias: form == .unbounded)
  }

  /// The bias of each offset in a window, [offsets, heads], in the order of `RelativeOffsets`.
  ///
  /// - Parameters:
  ///   - shape: the window.
  ///   - pretrained: rows and columns of the window of pretraining; 0 for this one's.
  func table(_ shape: PatchGrid, pretrained: Int) -> Tensor {
    forward(shape, pretrained: pretrained).table
  }

  /// The hidden layer behind its ReLU, [offsets, hidden], and the table.
  ///
  /// Both are of parameters and sizes alone, which are in host memory.
  private func forward(_ shape: PatchGrid, pretrained: Int) -> (hidden: Tensor, table: Tensor) {
    let coordinates = self.coordinates(shape, pretrained: pretrained)
    let heads = contraction.outputs
    let first = expansion.weight.onHost("position bias").elements
    let offset = expansion.bias?.onHost("position bias").elements ?? []
    let second = contraction.weight.onHost("position bias").elements
    var hidden = [Float](repeating: 0, count: coordinates.count * hiddenWidth)
    var sums = [Float](repeating: 0, count: coordinates.count * heads)
    // By hidden unit and head, so that the innermost loop goes along a row.
    var ofUnits = [Float](repeating: 0, count: second.count)
    for (index, weight) in second.enumerated() {
      ofUnits[index % hiddenWidth * heads + index / hiddenWidth] = weight
    }
    for (row, place) in coordinates.enumerated() {
      for unit in 0..<hiddenWidth {
        let value = first[2 * unit] * place.y + first[2 * unit + 1] * place.x + offset[unit]
        guard value > 0 else { continue }
        hidden[row * hiddenWidth + unit] = value
        for head in 0..<heads { sums[row * heads + head] += value * ofUnits[unit * heads + head] }
      }
    }
    return (
      Tensor([coordinates.count, hiddenWidth], hidden),
      Tensor([coordinates.count, heads], finished(sums))
    )
  }

  /// The bias of what the contraction sums up, [offsets, heads].
  private func finished(_ sums: [Float]) -> [Float] {
    switch form {
    case .bounded: return sums.map { 16 / (1 + Float(exponential(-Double($0)))) }
    case .unbounded:
      let bias = contraction.bias?.onHost("position bias").elements ?? []
      return sums.enumerated().map { $1 + bias[$0 % bias.count] }
    }
  }

  /// δ of each offset, row by row.
  private func coordinates(_ shape: PatchGrid, pretrained: Int) -> [(y: Float, x: Float)] {
    func along(_ length: Int) -> [Float] {
      let largest = Double(max((pretrained > 0 ? pretrained : length) - 1, 1))
      return (1 - length..<length).map { offset in
        if form == .unbounded {
          let size = logarithm(1 + Double(abs(offset)))
          return Float(offset < 0 ? -size : size)
        }
        let share = 8 * Double(offset) / largest
        let size = logarithm(1 + abs(share)) / logarithm(8)
        return Float(share < 0 ? -size : size)
      }
    }
    let columns = along(shape.columns)
    return along(shape.rows).flatMap { y in columns.map { (y, $0) } }
  }

  /// The gradients of both layers from that of the table, [offsets, heads].
  func gradients(
    _ gradient: Tensor, _ shape: PatchGrid, pretrained: Int, on kernels: any Kernels
  ) -> (expansion: Linear, contraction: Linear) {
    let (hidden, table) = forward(shape, pretrained: pretrained)
    let places = coordinates(shape, pretrained: pretrained)
    // σ′ = σ·(1 − σ), where the table is 16·σ.
    let value = Elementwise.operand(1)
    let summed =
      form == .unbounded
      ? gradient
      : Tensor.map(
        [gradient, table], to: table.shape,
        Elementwise.operand(0) * value * (.constant(1) - value / .constant(16)))
    let second = kernels.parameterGradients(x: hidden, gradient: summed)
    let passed = kernels.applyBackward(contraction, to: summed).freeze()
    let free = Tensor.map(
      [passed, hidden], to: hidden.shape,
      .where(0, isLessThan: .operand(1), then: .operand(0), otherwise: 0))
    let first = kernels.parameterGradients(
      x: Tensor([places.count, 2], places.flatMap { [$0.y, $0.x] }), gradient: free)
    return (
      expansion.gradient(weight: first.weight, bias: first.bias),
      contraction.gradient(weight: second.weight, bias: second.bias)
    )
  }
}
