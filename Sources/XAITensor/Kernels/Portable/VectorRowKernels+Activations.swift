import CVectorKernels
import XAIFoundation

extension VectorRowKernels {
  /// GELU of each element.
  public func gelu(_ x: Tensor) -> Tensor {
    Tensor(x.shape) { y in
      forEachBlock(rows: x.count, columns: 1) { block, _ in
        vector.functions.gelu(x.start + block.lowerBound, block.count, y + block.lowerBound)
      }
    }
  }

  /// Gradient of GELU, in place.
  public func geluBackward(_ x: Tensor, gradient: inout TensorBuffer) {
    multiply(&gradient, with: x, by: vector.functions.gelu_backward)
  }

  /// GELU's ratio to its argument, in place.
  public func geluRatio(_ x: Tensor, gradient: inout TensorBuffer) {
    multiply(&gradient, with: x, by: vector.functions.gelu_ratio)
  }

  /// Multiplies a gradient in place with a function of x, which is repeated.
  func multiply(
    _ gradient: inout TensorBuffer, with x: Tensor,
    by function: (UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    let count = gradient.shape.count
    require(
      x.count == 0 ? count == 0 : count % x.count == 0,
      "elements of \(x.shape) can't be repeated to a gradient of \(gradient.shape)")
    gradient.withElements { elements in
      guard let dy = elements.baseAddress else { return }
      forEachBlock(rows: count, columns: 1, period: x.count) { block, source in
        function(x.start + source, block.count, dy + block.lowerBound)
      }
    }
  }

  /// GELU of each element and its gradient, in one pass.
  public func geluWithBackward(_ x: Tensor, gradient: inout TensorBuffer) -> Tensor {
    let count = gradient.shape.count
    require(
      x.count == count, "elements of \(x.shape) don't fit those of a gradient of \(gradient.shape)")
    return gradient.withElements { elements in
      Tensor(x.shape) { y in
        guard let dy = elements.baseAddress else { return }
        forEachBlock(rows: count, columns: 1) { block, start in
          vector.functions.gelu_with_backward(x.start + start, block.count, y + start, dy + start)
        }
      }
    }
  }
}

extension VectorRowKernels {
  /// Multiplies each column by a factor, and adds a residual.
  public func scaleColumns(of x: Tensor, by factors: Tensor, adding residual: Tensor?) -> Tensor {
    let (rows, columns) = x.shape.rowsAndColumns
    require(
      factors.count == columns, "\(columns) columns can't be multiplied by factors of \(factors.shape)")
    if let residual {
      require(residual.count == x.count, "a residual of \(residual.shape) is added to \(x.shape)")
    }
    return Tensor(x.shape) { y in
      forEachBlock(rows: rows, columns: columns) { block, _ in
        let start = block.lowerBound * columns
        vector.functions.scale_columns(
          x.start + start, block.count, columns, factors.start, residual.map { $0.start + start }, y + start)
      }
    }
  }

  /// SwiGLU of each row.
  public func swiGLU(_ x: Tensor) -> Tensor {
    let (rows, columns) = gatedRowsAndColumns(x)
    return Tensor(TensorShape(x.shape.extents.dropLast() + [columns])) { y in
      forEachBlock(rows: rows, columns: columns) { block, _ in
        let start = block.lowerBound * columns
        vector.functions.swiglu(x.start + 2 * start, block.count, columns, y + start)
      }
    }
  }

  /// Gradient of SwiGLU.
  public func swiGLUBackward(_ x: Tensor, gradient: Tensor) -> Tensor {
    gated(x, gradient) { x, dy, rows, columns, dx in
      vector.functions.swiglu_backward(x, dy, rows, columns, dx)
    }
  }

  /// SiLU's ratio to its argument, in SwiGLU.
  public func swiGLURatio(_ x: Tensor, gradient: Tensor, gate: Float, value: Float) -> Tensor {
    gated(x, gradient) { x, dy, rows, columns, dx in
      vector.functions.swiglu_ratio(x, dy, rows, columns, gate, value, dx)
    }
  }

  /// From rows of a gradient to rows of twice as many columns, x being repeated.
  private func gated(
    _ x: Tensor, _ gradient: Tensor,
    by function: (UnsafePointer<Float>, UnsafePointer<Float>, Int, Int, UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    let (period, columns) = gatedRowsAndColumns(x)
    let rows = gradient.shape.rowsAndColumns.rows
    require(
      gradient.shape.rowsAndColumns.columns == columns
        && (period == 0 ? rows == 0 : rows % period == 0),
      "rows of \(x.shape) can't be repeated to a gradient of \(gradient.shape)")
    return Tensor(TensorShape(gradient.shape.extents.dropLast() + [2 * columns])) { dx in
      forEachBlock(rows: rows, columns: columns, period: period) { block, source in
        let start = block.lowerBound * columns
        function(x.start + 2 * source * columns, gradient.start + start, block.count, columns, dx + 2 * start)
      }
    }
  }

  /// Rows, and columns of each half; traps where there are no halves.
  private func gatedRowsAndColumns(_ x: Tensor) -> (rows: Int, columns: Int) {
    let (rows, columns) = x.shape.rowsAndColumns
    require(columns % 2 == 0, "a gate needs two halves, and \(x.shape) has rows of \(columns)")
    return (rows, columns / 2)
  }
}
