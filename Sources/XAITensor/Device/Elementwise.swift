/// A formula for each element of a result, from elements of operands: one that any device can compute.
///
/// Element i of a result is that of operand i mod its count, so that fewer elements are repeated.
public indirect enum Elementwise: Hashable, Sendable {
  /// An operand by its index. With `each` above 1, each of its elements is repeated as many times in a row.
  case operand(Int, each: Int = 1)
  /// The same number everywhere.
  case constant(Float)
  /// The size of a number.
  case absolute(Elementwise)
  /// Two numbers in one.
  case combined(Combination, Elementwise, Elementwise)
  /// One of two numbers, by the comparison of two others.
  case choice(Comparison, Elementwise, Elementwise, then: Elementwise, otherwise: Elementwise)

  /// How two numbers become one.
  public enum Combination: Hashable, Sendable {
    /// a + b.
    case sum
    /// a − b.
    case difference
    /// a·b.
    case product
    /// a/b.
    case quotient
    /// The larger one; a where b is no number, and b where both are equal.
    case maximum
  }

  /// What two numbers are compared for.
  public enum Comparison: Hashable, Sendable {
    /// a = b.
    case equal
    /// a < b.
    case less
  }
}

extension Elementwise: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// A constant.
  public init(floatLiteral value: Float) { self = .constant(value) }
  /// A constant.
  public init(integerLiteral value: Int) { self = .constant(Float(value)) }
}

extension Elementwise {
  /// a + b.
  public static func + (a: Elementwise, b: Elementwise) -> Elementwise { .combined(.sum, a, b) }
  /// a − b.
  public static func - (a: Elementwise, b: Elementwise) -> Elementwise { .combined(.difference, a, b) }
  /// a·b.
  public static func * (a: Elementwise, b: Elementwise) -> Elementwise { .combined(.product, a, b) }
  /// a/b.
  public static func / (a: Elementwise, b: Elementwise) -> Elementwise { .combined(.quotient, a, b) }

  /// max(a, 0).
  public var positivePart: Elementwise { .combined(.maximum, self, 0) }

  /// `then` where a < b, `otherwise` elsewhere.
  public static func `where`(
    _ a: Elementwise, isLessThan b: Elementwise, then: Elementwise, otherwise: Elementwise
  ) -> Elementwise {
    .choice(.less, a, b, then: then, otherwise: otherwise)
  }

  /// `then` where a = 0, `otherwise` elsewhere.
  public static func `where`(
    isZero a: Elementwise, then: Elementwise, otherwise: Elementwise
  ) -> Elementwise {
    .choice(.equal, a, 0, then: then, otherwise: otherwise)
  }
}
