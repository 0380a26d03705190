import CVectorKernels
import XAIFoundation

extension VectorRowKernels {
  /// GELU by a sigmoid.
  public func sigmoidGELU(_ x: Tensor, _ form: SigmoidGELU) -> Tensor {
    Tensor(x.shape) { y in
      forEachBlock(rows: x.count, columns: 1) { block, start in
        vector.functions.sigmoid_gelu(x.start + start, block.count, form.linear, form.cubic, y + start)
      }
    }
  }

  /// Its gradient, in place.
  public func sigmoidGELUBackward(_ x: Tensor, _ form: SigmoidGELU, gradient: inout TensorBuffer) {
    multiply(&gradient, with: x) { x, count, gradient in
      vector.functions.sigmoid_gelu_backward(x, count, form.linear, form.cubic, gradient)
    }
  }

  /// Its ratio to its argument, in place.
  public func sigmoidGELURatio(_ x: Tensor, _ form: SigmoidGELU, gradient: inout TensorBuffer) {
    multiply(&gradient, with: x) { x, count, gradient in
      vector.functions.sigmoid_gelu_ratio(x, count, form.linear, form.cubic, gradient)
    }
  }

  /// Pairs of elements, rotated.
  public func rotatePairs(of x: Tensor, by angles: Rotation, inverted: Bool) -> Tensor {
    let extents = x.shape.extents
    let (columns, groups) = (extents.last ?? 1, extents.count > 1 ? extents[extents.count - 2] : 1)
    let (rows, pairs) = (x.count / max(columns * groups, 1), columns / 2)
    let period = angles.cosines.count / max(pairs, 1)
    require(
      columns % 2 == 0 && angles.cosines.shape.extents.last == pairs
        && (period == 0 ? rows == 0 : rows % period == 0),
      "angles of \(angles.cosines.shape) can't be repeated to the pairs of \(x.shape)")
    let (step, distance) = angles.pairing == .adjacent ? (2, 1) : (1, pairs)
    return Tensor(x.shape) { y in
      forEachBlock(rows: rows, columns: groups * columns, period: period) { block, source in
        let start = block.lowerBound * groups * columns
        vector.functions.rotate_pairs(
          x.start + start, block.count, groups, pairs, angles.cosines.start + source * pairs,
          angles.sines.start + source * pairs, inverted ? -1 : 1, step, distance, y + start)
      }
    }
  }

  /// Rows over their size.
  public func normaliseRows(_ x: Tensor, by size: RowSize) -> Tensor {
    let (rows, columns) = x.shape.rowsAndColumns
    return Tensor(x.shape) { y in
      forEachBlock(rows: rows, columns: columns) { block, _ in
        let start = block.lowerBound * columns
        vector.functions.normalise_rows(
          x.start + start, block.count, columns, size.isMean, size.epsilon, y + start)
      }
    }
  }

  /// Gradient of rows over their size.
  public func normaliseRowsBackward(
    _ gradient: Tensor, x: Tensor, by size: RowSize, constantSize: Bool
  ) -> Tensor {
    let (rows, columns) = gradient.shape.rowsAndColumns
    let period = checkRepetition(of: x.shape, in: gradient.shape)
    return Tensor(gradient.shape) { result in
      forEachBlock(rows: rows, columns: columns, period: period) { block, source in
        let start = block.lowerBound * columns
        vector.functions.normalise_rows_backward(
          gradient.start + start, x.start + source * columns, block.count, columns, size.isMean, size.epsilon,
          constantSize, result + start)
      }
    }
  }

  /// Sums the rows of an elementwise product, in groups as `columnSums` does.
  public func columnSums(ofProducts x: Tensor, _ y: Tensor) -> Tensor {
    let (rows, columns) = x.shape.rowsAndColumns
    require(
      y.shape.rowsAndColumns == (rows, columns),
      "rows of \(x.shape) have no products with those of \(y.shape)")
    let groups = max(1, ceilDiv(rows, rowsPerSum))
    return columnSums(
      Tensor([groups, columns]) { sums in
        pool.run(count: groups) { group in
          let range = part(group, of: groups, in: rows)
          let start = range.lowerBound * columns
          vector.functions.product_column_sums(
            x.start + start, y.start + start, range.count, columns, sums + group * columns)
        }
      })
  }
}
