import XAITensor

/// The gradients of a step's micro-batches, added up in the order in which they come.
struct GradientSum {
  private(set) var gradients: [Tensor]

  /// Begins with nothing for so many parameters.
  init(parameterCount: Int) {
    gradients = Array(repeating: Tensor([0], []), count: parameterCount)
  }

  /// Adds the gradient of a parameter.
  mutating func add(_ gradient: Tensor, to index: Int) {
    guard gradients[index].count > 0 else {
      gradients[index] = gradient
      return
    }
    var sum = TensorBuffer(reusing: take(&gradients[index]))
    sum.withElements { sum in
      gradient.withElements { gradient in
        for index in sum.indices { sum[index] += gradient[index] }
      }
    }
    gradients[index] = sum.freeze()
  }

  /// √Σg² over all of them, summed in double.
  var norm: Double {
    var squares = SIMD8<Double>.zero
    for gradient in gradients {
      gradient.withElements { elements in
        let whole = elements.count / 8 * 8
        for start in stride(from: 0, to: whole, by: 8) {
          var lanes = SIMD8<Double>.zero
          for lane in 0..<8 { lanes[lane] = Double(elements[start + lane]) }
          squares += lanes * lanes
        }
        for index in whole..<elements.count {
          squares[index - whole] += Double(elements[index] * elements[index])
        }
      }
    }
    return squares.sum().squareRoot()
  }
}
