import XAICore
import XAIFoundation
import XAITensor

/// The MLP that makes a table of relative position bias of the offsets between patches.
///
/// An offset of d rows or columns goes in as sign(d)·ln(1 + |d|), both at once, and the bias of each head comes out, with ReLU
/// between the two layers: `log-spaced continuous position bias` of Liu et al. 2022 (arXiv 2111.09883), without their scale and
/// sigmoid, as in timm's `RelPosMlp`. Its layers serve any grid. To and from the class token the bias is zero.
struct PositionMLP: Sendable {
  /// [hidden, 2].
  let expansion: Linear
  /// [heads, hidden].
  let contraction: Linear

  /// Puts it together of its layers.
  init(expansion: Linear, contraction: Linear) {
    (self.expansion, self.contraction) = (expansion, contraction)
  }

  /// Takes the parameters by the name of the whole.
  init(_ source: ParameterSource, _ name: String, hidden: Int, heads: Int) {
    let names = Self.layers(of: name)
    expansion = source.linear(names.expansion, hidden, 2)
    contraction = source.linear(names.contraction, heads, hidden)
  }

  /// What its layers are called.
  static func layers(of name: String) -> (expansion: String, contraction: String) {
    ("\(name).fc1", "\(name).fc2")
  }

  /// The table for a grid, [offsets, heads].
  func table(for offsets: RelativeOffsets, on kernels: any Kernels) -> Tensor {
    let between = kernels.apply(contraction, to: hidden(offsets, kernels).activated)
    let count = offsets.offsets.count
    return between.gathering(
      Array(0..<count) + repeatElement(-1, count: offsets.count - count),
      columns: contraction.outputs,
      shape: [offsets.count, contraction.outputs])
  }

  /// The gradients of its parameters from that of the table.
  func gradients(
    ofTable table: Tensor, for offsets: RelativeOffsets, on kernels: any Kernels
  ) -> PositionMLP {
    let gradient = table[0..<offsets.offsets.count]
    let (before, activated) = hidden(offsets, kernels)
    let own = kernels.parameterGradients(x: activated, gradient: gradient)
    let passed = kernels.applyBackward(contraction, to: gradient).freeze()
    let behind = Tensor.map(
      [before, passed], to: before.shape,
      .where(0, isLessThan: .operand(0), then: .operand(1), otherwise: 0))
    let first = kernels.parameterGradients(x: Self.inputs(offsets.grid), gradient: behind)
    return PositionMLP(
      expansion: expansion.gradient(weight: first.weight, bias: first.bias),
      contraction: contraction.gradient(weight: own.weight, bias: own.bias))
  }

  /// The hidden elements before ReLU and behind it, [offsets, hidden].
  private func hidden(
    _ offsets: RelativeOffsets, _ kernels: any Kernels
  ) -> (before: Tensor, activated: Tensor) {
    let before = kernels.apply(expansion, to: Self.inputs(offsets.grid))
    let activated = Tensor.map(
      [before], to: before.shape,
      // In this order, what is no number stays none.
      .where(.operand(0), isLessThan: 0, then: 0, otherwise: .operand(0)))
    return (before, activated)
  }

  /// What goes in, row by row of the offsets: [offsets, 2].
  private static func inputs(_ grid: PatchGrid) -> Tensor {
    func scaled(_ offset: Int) -> Float {
      let size = Float(logarithm(Double(1 + abs(offset))))
      return offset < 0 ? -size : size
    }
    let (rows, columns) = (1 - grid.rows..<grid.rows, 1 - grid.columns..<grid.columns)
    return Tensor(
      [rows.count * columns.count, 2],
      rows.flatMap { row in columns.flatMap { [scaled(row), scaled($0)] } })
  }
}
