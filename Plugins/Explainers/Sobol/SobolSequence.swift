/// A Sobol sequence, without scrambling: points that fill a cube evenly, the first of which is 0.
///
/// Coordinate d of point n is the exclusive or of direction numbers v_d,k for the bits k of n's Gray code, as a fraction of 2³⁰.
/// Source: Sobol 1967; Antonov & Saleev 1979 for the Gray code, by which the first 2ᵏ points are those of the natural order.
struct SobolSequence: Sendable {
  /// How many dimensions there are numbers for.
  static let dimensions = 512
  private static let bits = 30
  private static let polynomials: [(polynomial: Int, first: [Int])] = sobolDirections.split {
    $0.isWhitespace
  }.map { word in
    let sides = word.split(separator: ":")
    return (Int(sides[0]) ?? 0, sides[1].split(separator: ",").map { Int($0) ?? 0 })
  }

  /// v_d,k, shifted to the left: `directions[dimension][bit]`.
  private let directions: [[Int]]

  init(dimensions: Int) {
    directions = (0..<dimensions).map(Self.directions)
  }

  /// m_k = 2a₁·m_{k−1} ⊕ 2²a₂·m_{k−2} ⊕ … ⊕ 2ˢ·m_{k−s} ⊕ m_{k−s}, for the polynomial xˢ + a₁xˢ⁻¹ + … + 1; v_k = m_k·2⁻ᵏ.
  private static func directions(of dimension: Int) -> [Int] {
    var m = [Int](repeating: 1, count: bits)
    if dimension > 0 {
      let (polynomial, first) = polynomials[dimension - 1]
      for k in 0..<bits {
        guard k >= first.count else {
          m[k] = first[k]
          continue
        }
        m[k] = m[k - first.count]
        for i in 1...first.count where polynomial >> (first.count - i) & 1 == 1 { m[k] ^= m[k - i] << i }
      }
    }
    return (0..<bits).map { m[$0] << (bits - 1 - $0) }
  }

  /// A coordinate of a point, from 0 to less than 1.
  func value(_ point: Int, dimension: Int) -> Float {
    let gray = point ^ (point >> 1)
    var sum = 0
    for bit in 0..<(Int.bitWidth - gray.leadingZeroBitCount) where gray >> bit & 1 == 1 {
      sum ^= directions[dimension][bit]
    }
    return Float(sum) / Float(1 << Self.bits)
  }
}
