import XAIFoundation
import XAITensor

/// The blur of RISE: 11 × 11 values that are the outer product of 11 with themselves, zeros beyond the edges.
///
/// Its authors blur a unit impulse in an 11 × 11 array with a Gaussian of σ = 5 that reflects at the array's edges, the edge
/// being between values. What would fall outside the array comes back into it: the kernel sums to 1, and is flatter than
/// a truncated Gaussian.
struct Blur {
  static let side = 11
  private static let sigma = 5.0
  /// Where the Gaussian itself ends, in pixels from its centre.
  private static let reach = Int(4 * sigma)

  /// Weights along a row or a column.
  let weights: [Float]

  init() {
    let gaussian = (-Self.reach...Self.reach).map {
      (offset: $0, weight: exponential(-Double($0 * $0) / (2 * Self.sigma * Self.sigma)))
    }
    var sums = [Double](repeating: 0, count: Self.side)
    for (offset, weight) in gaussian {
      // An image of the impulse in the mirrors left and right of the array.
      let position = Self.side / 2 + offset
      let period = 2 * Self.side
      let folded = (position % period + period) % period
      sums[folded < Self.side ? folded : period - 1 - folded] += weight
    }
    let total = gaussian.reduce(0) { $0 + $1.weight }
    weights = sums.map { Float($0 / total) }
  }

  /// Blurs each channel of [3, H, W].
  func callAsFunction(_ input: Tensor) -> Tensor {
    let (height, width) = (input.shape[1], input.shape[2])
    let rows = convolved(input, lines: 3 * height, length: width, stride: 1) { $0 * width }
    return convolved(rows, lines: 3 * width, length: height, stride: width) {
      $0 / width * height * width + $0 % width
    }
  }

  /// Convolves lines of `length` values that are `stride` apart and begin at `start`.
  private func convolved(
    _ input: Tensor, lines: Int, length: Int, stride: Int, start: (_ line: Int) -> Int
  ) -> Tensor {
    let radius = Self.side / 2
    return Tensor(input.shape) { result in
      input.withElements { values in
        for line in 0..<lines {
          let start = start(line)
          for index in 0..<length {
            var sum: Float = 0
            for near in max(0, index - radius)...min(length - 1, index + radius) {
              sum += weights[near - index + radius] * values[start + near * stride]
            }
            result[start + index * stride] = sum
          }
        }
      }
    }
  }
}
