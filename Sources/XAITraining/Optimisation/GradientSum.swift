import Dispatch
import XAIFoundation
import XAITensor

/// The gradients of a step's micro-batches, added up in the order in which they come.
struct GradientSum {
  private(set) var gradients: [Tensor]

  /// Begins with nothing for this many parameters.
  init(parameterCount: Int) {
    gradients = Array(repeating: Tensor([0], []), count: parameterCount)
  }

  /// Adds gradients, one for each parameter, each on one of the processors.
  mutating func add(_ others: [Tensor]) {
    require(
      others.count == gradients.count, "\(others.count) gradients for \(gradients.count) parameters")
    gradients.withUnsafeMutableBufferPointer { gradients in
      nonisolated(unsafe) let gradients = gradients
      concurrently(others.count) { Self.add(others[$0], to: &gradients[$0]) }
    }
  }

  private static func add(_ gradient: Tensor, to known: inout Tensor) {
    guard known.count > 0 else {
      known = gradient
      return
    }
    var sum = TensorBuffer(reusing: take(&known))
    sum.withElements { sum in
      gradient.withElements { gradient in
        for index in sum.indices { sum[index] += gradient[index] }
      }
    }
    known = sum.freeze()
  }

  /// √Σg² over all of them, summed in double: within each, and then in their order.
  var norm: Double {
    var squares = Array(repeating: 0.0, count: gradients.count)
    squares.withUnsafeMutableBufferPointer { squares in
      nonisolated(unsafe) let squares = squares
      concurrently(gradients.count) { squares[$0] = Self.squareSum(gradients[$0]) }
    }
    return squares.reduce(0, +).squareRoot()
  }

  private static func squareSum(_ gradient: Tensor) -> Double {
    gradient.withElements { elements in
      var squares = SIMD8<Double>.zero
      let whole = elements.count / 8 * 8
      for start in stride(from: 0, to: whole, by: 8) {
        var lanes = SIMD8<Double>.zero
        for lane in 0..<8 { lanes[lane] = Double(elements[start + lane]) }
        squares += lanes * lanes
      }
      for index in whole..<elements.count {
        squares[index - whole] += Double(elements[index]) * Double(elements[index])
      }
      return squares.sum()
    }
  }
}

/// Calls `body` for each index, some of them at once; what it does for one may not touch what it does for another.
func concurrently(_ count: Int, _ body: @Sendable (_ index: Int) -> Void) {
  DispatchQueue.concurrentPerform(iterations: count, execute: body)
}
