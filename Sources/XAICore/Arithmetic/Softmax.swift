public import XAIFoundation

/// The softmax of one row of values, e^(x − max x) / Σ e^(x − max x).
///
/// Exponentials are taken in double precision; differences, the sum and the quotient have the precision of `Value`.
public struct Softmax<Value: BinaryFloatingPoint & Sendable>: Sendable {
  /// The highest value; NaN where the first is.
  public let highest: Value
  /// Σ e^(x − max x), from the first to the last.
  public let sum: Value

  /// Reads a row; one without values has the sum 0.
  @inlinable
  public init(_ row: some Collection<Float>) {
    let highest = Value(row.max() ?? 0)
    var sum: Value = 0
    for x in row { sum += Self.raised(x, over: highest) }
    (self.highest, self.sum) = (highest, sum)
  }

  /// The share of one of the values.
  @inlinable
  public func share(of x: Float) -> Value { Self.raised(x, over: highest) / sum }

  /// e^(x − highest).
  @inlinable
  static func raised(_ x: Float, over highest: Value) -> Value {
    Value(exponential(Double(Value(x) - highest)))
  }
}

/// The softmax of a row, in single precision.
public func softmax(_ row: [Float]) -> [Float] {
  let softmax = Softmax<Float>(row)
  return row.map { softmax.share(of: $0) }
}
