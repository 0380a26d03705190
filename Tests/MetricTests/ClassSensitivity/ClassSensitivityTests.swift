import Testing
import XAIClassSensitivity
import XAICore
import XAITesting

@Suite struct ClassSensitivityTests {
  private func value(_ scores: [Float], _ other: [Float]?) -> Double? {
    var subject = MetricSubject(scores: scores)
    subject.runnerUpScores = other
    return ClassSensitivity().measure([], for: subject)?.number
  }

  @Test("the same order is 1 whatever the values, the reverse −1")
  func order() {
    #expect(value([1, 2, 3, 4], [-9, 0, 0.5, 70]) == 1)
    #expect(value([1, 2, 3, 4], [5, 4, 3, 2]) == -1)
  }

  @Test("the formula for ranks without ties: 1 − 6 Σd²/(n(n² − 1))")
  func formula() throws {
    // d = 1, −1, 2, 0, −2: Σd² = 10.
    #expect(try abs(#require(value([10, 20, 30, 40, 50], [2, 1, 5, 4, 3])) - 0.5) < 1e-12)
  }

  @Test("a map that is the same everywhere is 1: it says nothing of the class")
  func constant() {
    #expect(value([2, 2, 2], [1, 5, 3]) == 1)
    #expect(value([2, 2, 2], [7, 7, 7]) == 1)
  }

  @Test("only the other map being the same everywhere is 0: they share no order")
  func constantOther() {
    #expect(value([1, 5, 3], [2, 2, 2]) == 0)
  }

  @Test("without another map there is no value")
  func absent() {
    #expect(value([1, 2, 3], nil) == nil)
  }
}
