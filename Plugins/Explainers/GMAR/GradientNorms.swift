import XAITensor

/// The norms of one head's gradient, and how much of it is negative.
struct GradientNorms {
  private var absoluteSum: Float = 0
  private var squareSum: Float = 0
  private var negativeCount = 0
  private var count = 0

  /// Σ|G|.
  var l1: Float { absoluteSum }
  /// √ΣG².
  var l2: Float { squareSum.squareRoot() }
  /// Entries below 0 over all entries.
  var negativeShare: Float { count > 0 ? Float(negativeCount) / Float(count) : 0 }

  /// Norms by row and head of [rows, heads, N, N], or of [rows·windows, heads, slots, slots].
  static func ofMatrices(_ gradient: Tensor, rows: Int) -> [[GradientNorms]] {
    let (windows, heads) = (gradient.shape[0] / max(rows, 1), gradient.shape[1])
    let entries = gradient.shape[2] * gradient.shape[3]
    return gradient.withElements { elements in
      (0..<rows).map { row in
        (0..<heads).map { head in
          var norms = GradientNorms()
          for window in row * windows..<(row + 1) * windows {
            let start = (window * heads + head) * entries
            norms.add(UnsafeBufferPointer(rebasing: elements[start..<start + entries]))
          }
          return norms
        }
      }
    }
  }

  /// Norms by row and head of [rows, N, heads·d], over the tokens that count.
  static func ofChannels(_ gradient: Tensor, heads: Int, tokens: Range<Int>) -> [[GradientNorms]] {
    let (rows, tokenCount, width) = (gradient.shape[0], gradient.shape[1], gradient.shape[2])
    let headWidth = width / heads
    return gradient.withElements { elements in
      (0..<rows).map { row in
        (0..<heads).map { head in
          var norms = GradientNorms()
          for token in tokens {
            let start = (row * tokenCount + token) * width + head * headWidth
            norms.add(UnsafeBufferPointer(rebasing: elements[start..<start + headWidth]))
          }
          return norms
        }
      }
    }
  }

  /// Adds entries, sixteen at a time: a serial sum of floats can't be vectorised by the compiler.
  private mutating func add(_ values: UnsafeBufferPointer<Float>) {
    var absolute = SIMD16<Float>.zero
    var squares = SIMD16<Float>.zero
    var negatives = SIMD16<Int32>.zero
    let vectorised = values.count / 16 * 16
    let bytes = UnsafeRawBufferPointer(values)
    for index in stride(from: 0, to: vectorised, by: 16) {
      let lanes = bytes.loadUnaligned(
        fromByteOffset: index * MemoryLayout<Float>.stride, as: SIMD16<Float>.self)
      let isNegative = lanes .< 0
      absolute += lanes.replacing(with: -lanes, where: isNegative)
      squares += lanes * lanes
      negatives &+= SIMD16<Int32>.zero.replacing(with: 1, where: isNegative)
    }
    absoluteSum += absolute.sum()
    squareSum += squares.sum()
    negativeCount += Int(negatives.wrappedSum())
    for value in values[vectorised...] {
      absoluteSum += abs(value)
      squareSum += value * value
      negativeCount += value < 0 ? 1 : 0
    }
    count += values.count
  }
}
