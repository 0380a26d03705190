import XAICore
import XAIFoundation
import XAITensor

/// A Gaussian blur that is mirrored at the outermost pixels.
struct ReflectedBlur {
  private let weights: [Double]

  /// Weights exp(−x² / 2σ²) for |x| up to `reach`, summing to 1.
  init(deviation: Double, reach: Int) {
    let weights = (-reach...reach).map { exponential(-Double($0 * $0) / (2 * deviation * deviation)) }
    let sum = weights.reduce(0, +)
    self.weights = weights.map { $0 / sum }
  }

  /// Blurs each channel of [3, H, W].
  func callAsFunction(_ picture: Tensor) -> Tensor {
    let (height, width) = (picture.shape[1], picture.shape[2])
    let rows = blurred(picture.elements, length: width, stride: 1) { $0 % width == 0 }
    let both = blurred(rows, length: height, stride: width) { $0 / width % height == 0 }
    return Tensor(picture.shape, both)
  }

  /// Blurs lines of `length` values that are `stride` apart and begin where `isStart` says.
  private func blurred(_ values: [Float], length: Int, stride: Int, isStart: (Int) -> Bool) -> [Float] {
    let reach = weights.count / 2
    let places = (-reach..<length + reach).map { Self.reflected($0, length) }
    var result = values
    for start in values.indices where isStart(start) {
      for index in 0..<length {
        var sum = 0.0
        for (offset, weight) in weights.enumerated() {
          sum += weight * Double(values[start + places[index + offset] * stride])
        }
        result[start + index * stride] = Float(sum)
      }
    }
    return result
  }

  /// The place inside that a place is mirrored to.
  private static func reflected(_ index: Int, _ length: Int) -> Int {
    guard length > 1 else { return 0 }
    let period = 2 * (length - 1)
    let place = (index % period + period) % period
    return min(place, period - place)
  }
}
