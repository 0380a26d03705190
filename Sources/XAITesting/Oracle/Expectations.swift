public import Testing
import XAICore
public import XAITensor

/// Expects values to be equal within an absolute tolerance, and names the worst entry when they are not.
public func expectClose(
  _ values: [Float], _ expected: [Float], within tolerance: Float, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard values.count == expected.count else {
    Issue.record(
      "\(what): \(values.count) values, expected \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  // A difference of NaN compares as nothing, so it counts as infinitely bad.
  let differences = zip(values, expected).map { ($0 - $1).isNaN ? Float.infinity : abs($0 - $1) }
  guard let worst = differences.indices.max(by: { differences[$0] < differences[$1] }),
    differences[worst] > tolerance
  else { return }
  Issue.record(
    """
    \(what): entry \(worst) of \(values.count) is \(values[worst]), expected \(expected[worst]): \
    off by \(differences[worst]), more than \(tolerance)
    """, sourceLocation: sourceLocation)
}

/// Expects two tensors of one shape to be equal within an absolute tolerance.
public func expectClose(
  _ value: Tensor, _ expected: Tensor, within tolerance: Float, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard value.shape == expected.shape else {
    Issue.record("\(what): \(value.shape), expected \(expected.shape)", sourceLocation: sourceLocation)
    return
  }
  expectClose(value.elements, expected.elements, within: tolerance, what, sourceLocation: sourceLocation)
}

/// Expects two tensors of one shape to be equal within a tolerance that is relative to the largest expected entry.
public func expectCloseToLargest(
  _ value: Tensor, _ expected: Tensor, within tolerance: Float, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let largest = expected.elements.reduce(0) { max($0, abs($1)) }
  expectClose(
    value, expected, within: tolerance * max(largest, .leastNormalMagnitude), what,
    sourceLocation: sourceLocation)
}

/// Expects two maps to be equal after min–max, within an absolute tolerance.
public func expectSameMap(
  _ scores: [Float], _ expected: [Double], within tolerance: Float, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  // The formula's own range is taken in double precision, so that its rounding is not the explainer's.
  let (low, high) = (expected.min() ?? 0, expected.max() ?? 0)
  let scaled = expected.map { high > low ? Float(($0 - low) / (high - low)) : 0 }
  expectClose(minMaxNormalised(scores), scaled, within: tolerance, what, sourceLocation: sourceLocation)
}

/// Expects an error whose description has a text in it.
public func expectError(
  _ part: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> some Any
) {
  do {
    _ = try body()
    Issue.record("nothing is thrown; expected \(part)", sourceLocation: sourceLocation)
  } catch {
    if !"\(error)".contains(part) {
      Issue.record("the error is '\(error)'; expected \(part)", sourceLocation: sourceLocation)
    }
  }
}
