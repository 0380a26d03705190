import XAIFoundation
import XAITensor

/// Superpixels by SLIC: k-means on colour and place, each centre looking no farther than two steps of their grid.
///
/// D² = d_Lab² + (m/S)²·d_xy² with S = √(pixels / count) and compactness m = 10; ten rounds. Then each connected part
/// is a superpixel of its own, but one smaller than a quarter of the mean joins a neighbour. Source:
/// Achanta et al. 2012, "SLIC Superpixels Compared to State-of-the-art Superpixel Methods".
struct Superpixels {
  private static let compactness: Float = 10
  private static let rounds = 10

  /// Which superpixel each pixel belongs to, row by row.
  private(set) var labels: [Int32]
  /// How many superpixels there are: about as many as were asked for.
  private(set) var count: Int
  private let height: Int
  private let width: Int

  private struct Centre {
    var colour = SIMD4<Float>.zero  // L, a, b
    var row: Float = 0
    var column: Float = 0
  }

  /// Divides pixels [3, H, W] in [0, 1].
  init(of pixels: Tensor, count wanted: Int, height: Int, width: Int) {
    (self.height, self.width) = (height, width)
    let colours = Self.lab(pixels)
    let step = (Float(height * width) / Float(max(wanted, 1))).squareRoot()
    let rows = max(Int((Float(height) / step).rounded()), 1)
    let columns = max(Int((Float(width) / step).rounded()), 1)
    var centres = (0..<rows * columns).map { index -> Centre in
      let row = (Float(index / columns) + 0.5) * Float(height) / Float(rows)
      let column = (Float(index % columns) + 0.5) * Float(width) / Float(columns)
      let pixel = min(Int(row), height - 1) * width + min(Int(column), width - 1)
      return Centre(colour: colours[pixel], row: row - 0.5, column: column - 0.5)
    }
    count = centres.count
    labels = (0..<height * width).map { pixel in
      Int32(pixel / width * rows / height * columns + pixel % width * columns / width)
    }
    for _ in 0..<Self.rounds {
      assign(colours, to: centres, step: step)
      centres = means(of: colours, before: centres)
    }
    connect()
  }

  private mutating func assign(_ colours: [SIMD4<Float>], to centres: [Centre], step: Float) {
    var nearest = [Float](repeating: .infinity, count: labels.count)
    let scale = (Self.compactness / step) * (Self.compactness / step)
    for (label, centre) in centres.enumerated() {
      let top = max(Int(centre.row - 2 * step), 0)
      let left = max(Int(centre.column - 2 * step), 0)
      for row in top...max(min(Int(centre.row + 2 * step), height - 1), top) {
        for column in left...max(min(Int(centre.column + 2 * step), width - 1), left) {
          let pixel = row * width + column
          let (dr, dc) = (Float(row) - centre.row, Float(column) - centre.column)
          let colour = colours[pixel] - centre.colour
          let distance = (colour * colour).sum() + scale * (dr * dr + dc * dc)
          if distance < nearest[pixel] {
            nearest[pixel] = distance
            labels[pixel] = Int32(label)
          }
        }
      }
    }
  }

  private func means(of colours: [SIMD4<Float>], before: [Centre]) -> [Centre] {
    var sums = [Centre](repeating: Centre(), count: before.count)
    var counts = [Float](repeating: 0, count: before.count)
    for (pixel, label) in labels.enumerated() {
      let label = Int(label)
      sums[label].colour += colours[pixel]
      sums[label].row += Float(pixel / width)
      sums[label].column += Float(pixel % width)
      counts[label] += 1
    }
    return before.indices.map { label in
      guard counts[label] > 0 else { return before[label] }
      let sum = sums[label]
      return Centre(
        colour: sum.colour / counts[label], row: sum.row / counts[label], column: sum.column / counts[label])
    }
  }

  /// Numbers connected parts anew; one that is too small joins a part that has a number already.
  private mutating func connect() {
    let smallest = labels.count / max(count, 1) / 4
    var joined = [Int32](repeating: -1, count: labels.count)
    var next: Int32 = 0
    for start in labels.indices where joined[start] < 0 {
      var part = [start]
      joined[start] = next
      var neighbour: Int32?
      var position = 0
      while position < part.count {
        let pixel = part[position]
        position += 1
        for other in neighbours(of: pixel) {
          if joined[other] < 0, labels[other] == labels[start] {
            joined[other] = next
            part.append(other)
          } else if joined[other] >= 0, joined[other] != next, neighbour == nil {
            neighbour = joined[other]
          }
        }
      }
      if let neighbour, part.count < smallest {
        for pixel in part { joined[pixel] = neighbour }
      } else {
        next += 1
      }
    }
    (labels, count) = (joined, Int(next))
  }

  private func neighbours(of pixel: Int) -> [Int] {
    let (row, column) = (pixel / width, pixel % width)
    return [
      column > 0 ? pixel - 1 : nil, row > 0 ? pixel - width : nil, column < width - 1 ? pixel + 1 : nil,
      row < height - 1 ? pixel + width : nil,
    ].compactMap { $0 }
  }

  /// CIE L*a*b* of sRGB pixels, D65.
  private static func lab(_ pixels: Tensor) -> [SIMD4<Float>] {
    let plane = pixels.count / 3
    return pixels.withElements { elements in
      (0..<plane).map { pixel in
        let red = linear(elements[pixel])
        let green = linear(elements[plane + pixel])
        let blue = linear(elements[2 * plane + pixel])
        let x = cubeRoot((0.412453 * red + 0.357580 * green + 0.180423 * blue) / 0.95047)
        let y = cubeRoot(0.212671 * red + 0.715160 * green + 0.072169 * blue)
        let z = cubeRoot((0.019334 * red + 0.119193 * green + 0.950227 * blue) / 1.08883)
        return SIMD4(Float(116 * y - 16), Float(500 * (x - y)), Float(200 * (y - z)), 0)
      }
    }
  }

  private static func linear(_ value: Float) -> Double {
    let value = Double(min(max(value, 0), 1))
    return value > 0.04045 ? power((value + 0.055) / 1.055, 2.4) : value / 12.92
  }

  private static func cubeRoot(_ value: Double) -> Double {
    value > 0.008856 ? power(value, 1.0 / 3) : 7.787 * value + 16.0 / 116
  }
}
