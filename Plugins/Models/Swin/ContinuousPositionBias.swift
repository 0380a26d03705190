import XAICore
import XAIFoundation
import XAITensor
import XAITransformer

/// A relative position bias that is a function of the offset between two tokens of a window.
///
/// With Δ the offset of rows and of columns as a share of the largest one of pretraining, times 8, its size is taken by
/// logarithm, δ = sign(Δ)·log₂(1 + |Δ|)/log₂ 8, and the bias of each head is 16·σ(W₂·ReLU(W₁·δ + b₁)).
/// Source: Liu et al. 2022, Swin Transformer V2 (arXiv 2111.09883), equations 3 and 4; the factor of 16 as in their code.
struct ContinuousPositionBias: Sendable {
  /// Elements of the hidden layer, in every model.
  static let hiddenWidth = 512

  /// [512, 2].
  let expansion: Linear
  /// [heads, 512], without bias.
  let contraction: Linear

  /// Takes the parameters by the names of the two layers.
  init(_ source: ParameterSource, _ names: HierarchicalNaming.ContinuousBias, headCount: Int) {
    expansion = source.linear(names.expansion, Self.hiddenWidth, 2)
    contraction = source.linear(names.contraction, headCount, Self.hiddenWidth, hasBias: false)
  }

  /// The bias of each offset in a window, [offsets, heads], in the order of `RelativeOffsets`.
  ///
  /// - Parameters:
  ///   - shape: the window.
  ///   - pretrained: rows and columns of the window of pretraining; 0 for this one's.
  func table(_ shape: PatchGrid, pretrained: Int) -> Tensor {
    forward(shape, pretrained: pretrained).table
  }

  /// The hidden layer behind its ReLU, [offsets, 512], and the table.
  ///
  /// Both are of parameters and sizes alone, which are in host memory.
  private func forward(_ shape: PatchGrid, pretrained: Int) -> (hidden: Tensor, table: Tensor) {
    let coordinates = Self.coordinates(shape, pretrained: pretrained)
    let heads = contraction.outputs
    let first = expansion.weight.onHost("position bias").elements
    let offset = expansion.bias?.onHost("position bias").elements ?? []
    let second = contraction.weight.onHost("position bias").elements
    var hidden = [Float](repeating: 0, count: coordinates.count * Self.hiddenWidth)
    var sums = [Float](repeating: 0, count: coordinates.count * heads)
    // By hidden unit and head, so that the innermost loop goes along a row.
    var ofUnits = [Float](repeating: 0, count: second.count)
    for (index, weight) in second.enumerated() {
      ofUnits[index % Self.hiddenWidth * heads + index / Self.hiddenWidth] = weight
    }
    for (row, place) in coordinates.enumerated() {
      for unit in 0..<Self.hiddenWidth {
        let value = first[2 * unit] * place.y + first[2 * unit + 1] * place.x + offset[unit]
        guard value > 0 else { continue }
        hidden[row * Self.hiddenWidth + unit] = value
        for head in 0..<heads { sums[row * heads + head] += value * ofUnits[unit * heads + head] }
      }
    }
    return (
      Tensor([coordinates.count, Self.hiddenWidth], hidden),
      Tensor([coordinates.count, heads], sums.map { 16 / (1 + Float(exponential(-Double($0)))) })
    )
  }

  /// δ of each offset, row by row.
  private static func coordinates(_ shape: PatchGrid, pretrained: Int) -> [(y: Float, x: Float)] {
    func along(_ length: Int) -> [Float] {
      let largest = Double(max((pretrained > 0 ? pretrained : length) - 1, 1))
      return (1 - length..<length).map { offset in
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
    let places = Self.coordinates(shape, pretrained: pretrained)
    // σ′ = σ·(1 − σ), where the table is 16·σ.
    let value = Elementwise.operand(1)
    let summed = Tensor.map(
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
