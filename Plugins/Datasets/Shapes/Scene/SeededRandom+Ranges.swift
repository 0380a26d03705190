import XAICore
import XAIFoundation

extension SeededRandom {
  /// A number of a range, from its lower end to less than its upper one.
  mutating func uniform(_ range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A whole number from 0 to less than `bound`.
  mutating func below(_ bound: Int) -> Int {
    index(below: bound)
  }

  /// A whole number of a range.
  mutating func whole(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.count)
  }

  /// Whether something happens that does so with this probability.
  mutating func chance(_ probability: Float) -> Bool {
    uniform() < probability
  }

  /// A vector of length 1 in any direction alike: a point of the unit disc, projected.
  ///
  /// There is no sine in it, so that the bits are the same with every C library.
  mutating func direction() -> SIMD2<Float> {
    while true {
      let point = SIMD2(uniform(-1...1), uniform(-1...1))
      let square = (point * point).sum()
      if square <= 1, square > 1e-4 { return point / square.squareRoot() }
    }
  }

  /// A point of the image.
  mutating func point() -> SIMD2<Float> {
    SIMD2(uniform(), uniform())
  }
}
