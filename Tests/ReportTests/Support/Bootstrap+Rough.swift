import XAIEvaluation

extension Bootstrap {
  /// Few resamples, for tests of what is made of intervals and not of the intervals themselves.
  static let rough = Bootstrap(resampleCount: 60)
}
