import CVectorKernels

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
    precondition(x.count == sum.shape.count, "\(x.shape) can't be added to \(sum.shape)")
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

extension Shape {
  /// The last dimension as columns, all others as rows; a scalar is one row of one column.
  var rowsAndColumns: (rows: Int, columns: Int) {
    let columns = extents.last ?? 1
    return (extents.dropLast().reduce(1, *), columns)
  }
}

/// Traps where rows can't be repeated to those of a gradient; gives the number of rows that are.
func checkRepetition(of shape: Shape, in gradient: Shape) -> Int {
  let (own, all) = (shape.rowsAndColumns, gradient.rowsAndColumns)
  precondition(
    own.columns == all.columns && (own.rows == 0 ? all.rows == 0 : all.rows % own.rows == 0),
    "rows of \(shape) can't be repeated to a gradient of \(gradient)")
  return own.rows
}
