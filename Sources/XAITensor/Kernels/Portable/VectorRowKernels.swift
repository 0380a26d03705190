import CVectorKernels
import XAIFoundation

/// Kernels whose operations on rows and elements run on the vector instructions, and on threads of our own.
///
/// They are the same for all that multiply matrices in their own way.
public protocol VectorRowKernels: Kernels {
  /// What runs them.
  var unit: VectorUnit { get }
}

/// Vector instructions, and the threads that work is shared out among.
public struct VectorUnit: Sendable {
  let vector: VectorKernels
  let pool: ThreadPool
}

extension VectorRowKernels {
  var vector: VectorKernels { unit.vector }
  var pool: ThreadPool { unit.pool }
}

extension VectorRowKernels {
  /// Softmax of each row, in place.
  public func softmax(rowsOf buffer: inout TensorBuffer) {
    let (rows, columns) = buffer.shape.rowsAndColumns
    buffer.withElements { elements in
      guard let x = elements.baseAddress else { return }
      forEachBlock(rows: rows, columns: columns) { block, _ in
        vector.functions.softmax(x + block.lowerBound * columns, block.count, columns)
      }
    }
  }

  /// Gradient of a softmax, in place.
  public func softmaxBackward(output: Tensor, gradient: inout TensorBuffer) {
    let (rows, columns) = gradient.shape.rowsAndColumns
    let period = checkRepetition(of: output.shape, in: gradient.shape)
    gradient.withElements { elements in
      guard let dy = elements.baseAddress else { return }
      forEachBlock(rows: rows, columns: columns, period: period) { block, source in
        vector.functions.softmax_backward(
          output.start + source * columns, dy + block.lowerBound * columns, block.count, columns)
      }
    }
  }

  /// Sums the rows of a matrix.
  ///
  /// Sums of groups of rows are summed in turn, so the error grows with the logarithm of the number of rows.
  public func columnSums(_ x: Tensor) -> Tensor {
    let (rows, columns) = x.shape.rowsAndColumns
    let groups = max(1, ceilDiv(rows, rowsPerSum))
    let sums = Tensor([groups, columns]) { sums in
      pool.run(count: groups) { group in
        let range = part(group, of: groups, in: rows)
        vector.functions.column_sums(
          x.start + range.lowerBound * columns, range.count, columns, sums + group * columns)
      }
    }
    return groups == 1 ? sums.reshaped(to: [columns]) : columnSums(sums)
  }

  /// Adds a tensor to a buffer.
  public func add(_ x: Tensor, to sum: inout TensorBuffer) {
    require(x.count == sum.shape.count, "\(x.shape) can't be added to \(sum.shape)")
    sum.withElements { elements in
      guard let sum = elements.baseAddress else { return }
      forEachBlock(rows: x.count, columns: 1) { block, start in
        vector.functions.add(x.start + start, block.count, sum + start)
      }
    }
  }

  /// Calls `body` on all threads with ranges of rows, and with the row of a repeated tensor that each starts at.
  ///
  /// - Parameter period: rows of the repeated tensor; no range reaches over its end.
  func forEachBlock(rows: Int, columns: Int, period: Int? = nil, _ body: (Range<Int>, Int) -> Void) {
    let period = period ?? rows
    guard period > 0 else { return }
    // Blocks are large enough to be worth handing out, and many enough to share among the threads.
    let (least, most) = (ceilDiv(4_096, max(columns, 1)), ceilDiv(32_768, max(columns, 1)))
    let perBlock = max(least, min(most, ceilDiv(period, 4 * pool.threads)))
    let perPeriod = ceilDiv(period, perBlock)
    pool.run(count: rows / period * perPeriod) { index in
      let (repetition, block) = index.quotientAndRemainder(dividingBy: perPeriod)
      let range = part(block, of: perPeriod, in: period)
      let start = repetition * period + range.lowerBound
      body(start..<start + range.count, range.lowerBound)
    }
  }
}

/// Rows that are summed one after the other.
let rowsPerSum = 128

extension TensorShape {
  /// The last dimension as columns, all others as rows; a scalar is one row of one column.
  var rowsAndColumns: (rows: Int, columns: Int) {
    let columns = extents.last ?? 1
    return (extents.dropLast().reduce(1, *), columns)
  }
}

/// Traps where rows can't be repeated to those of a gradient; gives the number of rows that are.
func checkRepetition(of shape: TensorShape, in gradient: TensorShape) -> Int {
  let (own, all) = (shape.rowsAndColumns, gradient.rowsAndColumns)
  require(
    own.columns == all.columns && (own.rows == 0 ? all.rows == 0 : all.rows % own.rows == 0),
    "rows of \(shape) can't be repeated to a gradient of \(gradient)")
  return own.rows
}

extension VectorRowKernels {
  /// Layer norm of each row.
  public func layerNorm(
    _ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float
  ) -> (Tensor, RowStatistics) {
    let (rows, columns) = x.shape.rowsAndColumns
    checkColumns(of: weight, "weight", columns)
    checkColumns(of: bias, "bias", columns)
    var mean = TensorBuffer([rows])
    var variance = TensorBuffer([rows])
    let y = mean.withElements { mean in
      variance.withElements { variance in
        Tensor(x.shape) { y in
          guard let mean = mean.baseAddress, let variance = variance.baseAddress else { return }
          forEachBlock(rows: rows, columns: columns) { block, _ in
            let start = block.lowerBound * columns
            vector.functions.layer_norm(
              x.start + start, block.count, columns, weight.start, bias.start, epsilon, y + start,
              mean + block.lowerBound, variance + block.lowerBound)
          }
        }
      }
    }
    return (y, RowStatistics(mean: mean.freeze(), variance: variance.freeze()))
  }

  /// Gradient of a layer norm with respect to its input, plus the residual.
  public func layerNormBackward(
    _ gradient: Tensor, x: Tensor, statistics: RowStatistics, weight: Tensor, epsilon: Float,
    constantVariance: Bool, residual: Tensor?
  ) -> Tensor {
    let (rows, columns) = gradient.shape.rowsAndColumns
    let period = checkRepetition(of: x.shape, in: gradient.shape)
    checkColumns(of: weight, "weight", columns)
    checkStatistics(statistics, rows: period)
    if let residual {
      require(
        residual.count == gradient.count,
        "a residual of \(residual.shape) is added to a gradient of \(gradient.shape)")
    }
    return Tensor(gradient.shape) { result in
      forEachBlock(rows: rows, columns: columns, period: period) { block, source in
        let start = block.lowerBound * columns
        vector.functions.layer_norm_backward(
          gradient.start + start, x.start + source * columns, statistics.mean.start + source,
          statistics.variance.start + source, block.count, columns, weight.start, epsilon, constantVariance,
          residual.map { $0.start + start }, result + start)
      }
    }
  }

  /// Gradients of a layer norm's weight and bias: sums of groups of rows, and their sums.
  public func layerNormParameterGradients(
    _ gradient: Tensor, x: Tensor, statistics: RowStatistics, epsilon: Float
  ) -> (weight: Tensor, bias: Tensor) {
    let (rows, columns) = gradient.shape.rowsAndColumns
    require(
      x.shape.rowsAndColumns == (rows, columns), "an input of \(x.shape) has no gradient of \(gradient.shape)"
    )
    checkStatistics(statistics, rows: rows)
    let groups = max(1, ceilDiv(rows, rowsPerSum))
    var biases = TensorBuffer([groups, columns])
    let weights = biases.withElements { biases in
      Tensor([groups, columns]) { weights in
        guard let biases = biases.baseAddress else { return }
        pool.run(count: groups) { group in
          let range = part(group, of: groups, in: rows)
          let start = range.lowerBound * columns
          vector.functions.layer_norm_parameter_sums(
            gradient.start + start, x.start + start, statistics.mean.start + range.lowerBound,
            statistics.variance.start + range.lowerBound, range.count, columns, epsilon,
            weights + group * columns, biases + group * columns)
        }
      }
    }
    return (columnSums(weights), columnSums(biases.freeze()))
  }

  private func checkColumns(of parameter: Tensor, _ name: String, _ columns: Int) {
    require(
      parameter.count == columns, "a layer norm of \(columns) columns has no \(name) of \(parameter.shape)")
  }

  private func checkStatistics(_ statistics: RowStatistics, rows: Int) {
    require(
      statistics.mean.count == rows && statistics.variance.count == rows,
      "statistics of \(statistics.mean.count) and \(statistics.variance.count) rows do not fit \(rows) rows")
  }
}
