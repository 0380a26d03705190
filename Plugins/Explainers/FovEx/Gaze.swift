import XAICore
import XAIFoundation
import XAITensor

/// An image as someone sees it who looks at one place after another, and how the place should move.
struct Gaze {
  private let options: FovExOptions
  /// The image, and what the blur adds to it; both [3, H, W].
  private let image: Tensor
  private let difference: Tensor
  private let height: Int
  private let width: Int
  /// What has been seen sharply, one value per pixel.
  private var seen: [Float]
  /// Where the search is, (row, column) from −1 to 1.
  private(set) var place = SIMD2<Double>.zero
  private var best = SIMD2<Double>.zero
  private var lowestLoss = Double.infinity
  /// Whether a gradient ever moved the search.
  private(set) var wasPulled = false
  /// The shape of the image.
  var shape: TensorShape { image.shape }
  /// The places that were looked at.
  private(set) var fixations: [SIMD2<Double>] = []

  init(_ image: Tensor, blurred: Tensor, options: FovExOptions) {
    self.options = options
    self.image = image
    (height, width) = (image.shape[1], image.shape[2])
    difference = Tensor(image.shape) { result in
      image.withElements { image in
        blurred.withElements { blurred in
          for index in image.indices { result[index] = blurred[index] - image[index] }
        }
      }
    }
    seen = [Float](repeating: 0, count: height * width)
  }

  /// exp(−(r − place)² / spread) for the rows or columns of the image, of which it is the product.
  static func profile(_ length: Int, at place: Double, spread: Double) -> [Float] {
    (0..<length).map { index in
      let distance = Self.coordinate(index, length) - place
      return Float(exponential(-distance * distance / spread))
    }
  }

  /// From −1 at the first of `length` pixels to 1 at the last.
  private static func coordinate(_ index: Int, _ length: Int) -> Double {
    length > 1 ? 2 * Double(index) / Double(length - 1) - 1 : -1
  }

  private func profiles(at place: SIMD2<Double>) -> (rows: [Float], columns: [Float]) {
    (
      Self.profile(height, at: place[0], spread: options.fovea),
      Self.profile(width, at: place[1], spread: options.fovea)
    )
  }

  /// Writes the image, blurred by clip(1 − seen − fovea, 0, 1).
  func write(to destination: UnsafeMutablePointer<Float>) {
    let (rows, columns) = profiles(at: place)
    let plane = height * width
    image.withElements { image in
      difference.withElements { difference in
        for row in 0..<height {
          for column in 0..<width {
            let pixel = row * width + column
            let blur = min(max(1 - seen[pixel] - rows[row] * columns[column], 0), 1)
            for index in stride(from: pixel, to: 3 * plane, by: plane) {
              destination[index] = image[index] + difference[index] * blur
            }
          }
        }
      }
    }
  }

  /// ∂loss/∂place from ∂loss/∂input, [3, H, W]: what is clipped doesn't move.
  private func gradient(from inputGradient: Tensor) -> SIMD2<Double> {
    let (rows, columns) = profiles(at: place)
    let plane = height * width
    return inputGradient.onHost("gradient of the input").withElements { gradient in
      difference.withElements { difference in
        var sum = SIMD2<Double>.zero
        for row in 0..<height {
          let down = Self.coordinate(row, height) - place[0]
          for column in 0..<width {
            let pixel = row * width + column
            let fovea = rows[row] * columns[column]
            let blur = 1 - seen[pixel] - fovea
            guard blur >= 0, blur <= 1 else { continue }
            var slope: Float = 0
            for index in stride(from: pixel, to: 3 * plane, by: plane) {
              slope += gradient[index] * difference[index]
            }
            let across = Self.coordinate(column, width) - place[1]
            sum -= Double(slope * fovea) * 2 / options.fovea * SIMD2(down, across)
          }
        }
        return sum
      }
    }
  }

  /// Goes a step against the gradient; a place that was no better than one before is left for `other`.
  mutating func step(loss: Double, inputGradient: Tensor, other: SIMD2<Double>) {
    let gradient = gradient(from: inputGradient)
    for axis in 0..<2 where gradient[axis] != 0 {
      place[axis] -= gradient[axis] > 0 ? options.rate : -options.rate
      wasPulled = true
    }
    if loss < lowestLoss {
      (lowestLoss, best) = (loss, place)
    } else {
      place = other
    }
  }

  /// Ends the search: the best place is seen sharply from here on, and the next search begins at the centre.
  mutating func fixate() {
    let (rows, columns) = profiles(at: best)
    for row in 0..<height {
      for column in 0..<width {
        let pixel = row * width + column
        seen[pixel] = seen[pixel] * Float(options.forgetting) + rows[row] * columns[column]
      }
    }
    fixations.append(best)
    (place, best, lowestLoss) = (.zero, .zero, .infinity)
  }

  /// The sum of the spots of all fixations, one value per pixel.
  var map: [Double] {
    var map = [Double](repeating: 0, count: height * width)
    for place in fixations {
      let rows = Self.profile(height, at: place[0], spread: options.spot)
      let columns = Self.profile(width, at: place[1], spread: options.spot)
      for pixel in map.indices { map[pixel] += Double(rows[pixel / width] * columns[pixel % width]) }
    }
    return map
  }
}

/// A Gaussian blur that is mirrored at the outermost pixels.
struct ReflectedBlur {
  private let weights: [Double]

  /// Weights exp(−x² / 2σ²) for |x| up to `reach`, summing to 1.
  init(standardDeviation: Double, reach: Int) {
    let weights = (-reach...reach).map {
      exponential(-Double($0 * $0) / (2 * standardDeviation * standardDeviation))
    }
    let sum = weights.reduce(0, +)
    self.weights = weights.map { $0 / sum }
  }

  /// Blurs each channel of [3, H, W].
  func callAsFunction(_ image: Tensor) -> Tensor {
    let (height, width) = (image.shape[1], image.shape[2])
    let rows = blurred(image.elements, length: width, stride: 1) { $0 % width == 0 }
    let both = blurred(rows, length: height, stride: width) { $0 / width % height == 0 }
    return Tensor(image.shape, both)
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
