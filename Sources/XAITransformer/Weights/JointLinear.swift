import XAITensor

/// One linear layer for the MLP's hidden elements and, behind them, for queries, keys and values, as parallel blocks have it.
///
/// The block works with its two parts, which lie in the memory of the whole.
enum JointLinear {
  /// Takes the layer by its name, and gives its parts.
  static func parts(
    of source: ParameterSource, _ name: String, _ sizes: BlockSizes
  ) -> (expansion: Linear, queryKeyValue: Linear) {
    let (hidden, outputs) = (sizes.expandedWidth, sizes.expandedWidth + 3 * sizes.width)
    let whole = source.linear(name, outputs, sizes.width)
    guard whole.outputs == outputs, whole.bias?.count == outputs else { return (whole, whole) }
    func rows(_ range: Range<Int>) -> Linear {
      Linear(weight: whole.weight[range], bias: whole.bias?[range])
    }
    return (rows(0..<hidden), rows(hidden..<outputs))
  }

  /// The reverse: the layer whose parts these are, or its gradient.
  static func whole(expansion: Linear, queryKeyValue: Linear) -> Linear {
    func joined(_ parts: [Tensor], columns: Int, _ shape: TensorShape) -> Tensor {
      Tensor.gathering(Array(0..<shape[0]), of: parts, columns: columns, shape: shape)
    }
    let (outputs, inputs) = (expansion.outputs + queryKeyValue.outputs, expansion.inputs)
    let biases = [expansion.bias, queryKeyValue.bias].compactMap { $0 }
    return Linear(
      weight: joined([expansion.weight, queryKeyValue.weight], columns: inputs, [outputs, inputs]),
      bias: biases.count == 2 ? joined(biases, columns: 1, [outputs]) : nil)
  }
}
