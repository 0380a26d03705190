import CVectorKernels

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
    precondition(
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
    precondition(
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
