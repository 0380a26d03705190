import XAIFoundation
import XAITensor

/// Values of missing pixels as means of their neighbours: noisy linear imputation without the noise.
///
/// Each missing pixel is the weighted mean of those of its eight neighbours that lie in the image, 1/6 beside it and 1/12 at
/// its corners; missing neighbours are unknowns of the same system of equations. Source: Rong et al. 2022 (ROAD,
/// arXiv 2202.00449), Section 4.1.
///
/// The system is sparse, symmetric and positive definite, and is solved by conjugate gradients. Their preconditioner is an
/// incomplete Cholesky factor of the same sparsity, of which what is dropped goes to the diagonal: Gustafsson 1978, "A
/// class of first order factorization methods".
struct LinearImputation {
  /// Neighbours behind a pixel, in the order of rows; those before it are their mirror images.
  private static let later: [(row: Int, column: Int, weight: Double)] = [
    (0, 1, 1 / 6), (1, -1, 1 / 12), (1, 0, 1 / 6), (1, 1, 1 / 12),
  ]
  /// How far below the right-hand side the residual has to be, in each channel.
  private static let tolerance = 1e-7
  /// More of what is dropped than this may make a pivot negative.
  private static let relaxation = 0.97

  private typealias Channels = SIMD4<Double>

  private let (height, width): (Int, Int)
  private let isMissing: [Bool]
  /// The missing pixels, row by row.
  private let unknowns: [Int]
  /// The weights of neighbours that lie in the image.
  private var diagonal: [Double]
  /// The factor's diagonal, and its entries for the four neighbours behind each pixel; 0 where one is not missing.
  private var pivots: [Double]
  private var factor: [SIMD4<Double>]

  /// Prepares the equations of some missing pixels, row by row.
  init(missing: [Bool], height: Int, width: Int) {
    require(missing.count == height * width, "\(missing.count) pixels are not \(height)×\(width)")
    (self.height, self.width, isMissing) = (height, width, missing)
    unknowns = missing.indices.filter { missing[$0] }
    diagonal = [Double](repeating: 0, count: missing.count)
    factor = [SIMD4<Double>](repeating: .zero, count: missing.count)
    pivots = []
    for pixel in unknowns {
      for (place, neighbour) in Self.later.enumerated() {
        if let behind = self.neighbour(of: pixel, neighbour.row, neighbour.column) {
          diagonal[pixel] += neighbour.weight
          if missing[behind] { factor[pixel][place] = -neighbour.weight }
        }
        if self.neighbour(of: pixel, -neighbour.row, -neighbour.column) != nil {
          diagonal[pixel] += neighbour.weight
        }
      }
    }
    pivots = diagonal
    factorise()
  }

  private func neighbour(of pixel: Int, _ rows: Int, _ columns: Int) -> Int? {
    let (row, column) = (pixel / width + rows, pixel % width + columns)
    return (0..<height).contains(row) && (0..<width).contains(column) ? row * width + column : nil
  }

  /// The pixel behind another one, which is known to be in the image where the factor has an entry for it.
  private func behind(_ pixel: Int, _ place: Int) -> Int {
    pixel + Self.later[place].row * width + Self.later[place].column
  }

  private mutating func factorise() {
    for pixel in unknowns {
      let pivot = max(pivots[pixel], 1e-12).squareRoot()
      pivots[pixel] = pivot
      factor[pixel] /= SIMD4(repeating: pivot)
      let row = factor[pixel]
      for first in 0..<4 where row[first] != 0 {
        let one = behind(pixel, first)
        pivots[one] -= row[first] * row[first]
        for second in first + 1..<4 where row[second] != 0 {
          let other = behind(pixel, second)
          let product = row[first] * row[second]
          if let place = (0..<4).first(where: { behind(one, $0) == other && factor[one][$0] != 0 }) {
            factor[one][place] -= product
          } else {
            pivots[one] -= Self.relaxation * product
            pivots[other] -= Self.relaxation * product
          }
        }
      }
    }
  }

  /// An image of three channels with the missing pixels filled in; where all are missing, they are 0.
  func filled(_ image: Tensor) -> Tensor {
    let plane = height * width
    require(image.count == 3 * plane, "\(image.shape) is not 3×\(height)×\(width)")
    guard !unknowns.isEmpty else { return image }
    guard unknowns.count < plane else { return Tensor(repeating: 0, image.shape) }
    var elements = image.elements
    let solution = solved { pixel in
      Channels(
        Double(elements[pixel]), Double(elements[plane + pixel]), Double(elements[2 * plane + pixel]), 0)
    }
    for pixel in unknowns {
      for channel in 0..<3 { elements[channel * plane + pixel] = Float(solution[pixel][channel]) }
    }
    return Tensor(image.shape, elements)
  }

  /// Conjugate gradients, all channels side by side; values at pixels that aren't missing stay 0.
  private func solved(knowing value: (_ pixel: Int) -> Channels) -> [Channels] {
    var residual = [Channels](repeating: .zero, count: isMissing.count)
    for pixel in unknowns {
      for neighbour in Self.later {
        for sign in [1, -1] {
          guard let other = self.neighbour(of: pixel, sign * neighbour.row, sign * neighbour.column),
            !isMissing[other]
          else { continue }
          residual[pixel] += neighbour.weight * value(other)
        }
      }
    }
    var solution = [Channels](repeating: .zero, count: isMissing.count)
    let enough = squares(residual, residual) * (Self.tolerance * Self.tolerance)
    var direction = preconditioned(residual)
    var product = squares(residual, direction)
    // Each step is exact in one more dimension, so there are never more steps than unknowns.
    for _ in 0..<unknowns.count {
      if all(squares(residual, residual) .<= enough) { break }
      let image = applied(to: direction)
      let length = quotient(product, squares(direction, image))
      for pixel in unknowns {
        solution[pixel] += length * direction[pixel]
        residual[pixel] -= length * image[pixel]
      }
      let next = preconditioned(residual)
      let following = squares(residual, next)
      let share = quotient(following, product)
      for pixel in unknowns { direction[pixel] = next[pixel] + share * direction[pixel] }
      product = following
    }
    return solution
  }

  /// The system's matrix times values of the missing pixels.
  private func applied(to x: [Channels]) -> [Channels] {
    var result = [Channels](repeating: .zero, count: x.count)
    for pixel in unknowns {
      result[pixel] += diagonal[pixel] * x[pixel]
      for place in 0..<4 where factor[pixel][place] != 0 {
        let (other, weight) = (behind(pixel, place), Self.later[place].weight)
        result[pixel] -= weight * x[other]
        result[other] -= weight * x[pixel]
      }
    }
    return result
  }

  /// The solution of L·Lᵀ·x = b.
  private func preconditioned(_ b: [Channels]) -> [Channels] {
    var x = b
    for pixel in unknowns {
      x[pixel] /= Channels(repeating: pivots[pixel])
      for place in 0..<4 where factor[pixel][place] != 0 {
        x[behind(pixel, place)] -= factor[pixel][place] * x[pixel]
      }
    }
    for pixel in unknowns.reversed() {
      for place in 0..<4 where factor[pixel][place] != 0 {
        x[pixel] -= factor[pixel][place] * x[behind(pixel, place)]
      }
      x[pixel] /= Channels(repeating: pivots[pixel])
    }
    return x
  }

  private func squares(_ a: [Channels], _ b: [Channels]) -> Channels {
    unknowns.reduce(.zero) { $0 + a[$1] * b[$1] }
  }

  /// A channel without anything left has no direction to go.
  private func quotient(_ a: Channels, _ b: Channels) -> Channels {
    (a / b).replacing(with: 0, where: b .== 0)
  }
}
