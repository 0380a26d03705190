import Testing
import XAIClassSensitivity
import XAICore
import XAITesting

@Suite struct ClassSensitivityTests {
  /// The value where the other map is that of the next likeliest class; without another class there is none.
  private func value(_ scores: [Float], _ other: [Float]?) throws -> Double? {
    var subject = try MetricSubject(scores: scores)
    subject.logits = other == nil ? [1] : [1, -1, 0.5]
    if other != nil {
      guard case .ask(_, let maps, _, _) = ClassSensitivity().plan(for: subject) else { return nil }
      #expect(maps.count == 1 && maps[0].classIndex == 2 && maps[0].model == .same)
    }
    return try ClassSensitivity().measure(maps: other.map { [$0] } ?? [], for: subject)?.number
  }

  @Test("the same order is 1 whatever the values, the reverse −1")
  func order() throws {
    #expect(try value([1, 2, 3, 4], [-9, 0, 0.5, 70]) == 1)
    #expect(try value([1, 2, 3, 4], [5, 4, 3, 2]) == -1)
  }

  @Test("the formula for ranks without ties: 1 − 6 Σd²/(n(n² − 1))")
  func formula() throws {
    // d = 1, −1, 2, 0, −2: Σd² = 10.
    #expect(try abs(#require(try value([10, 20, 30, 40, 50], [2, 1, 5, 4, 3])) - 0.5) < 1e-12)
  }

  @Test("a map that is the same everywhere is 1: it says nothing of the class")
  func constant() throws {
    #expect(try value([2, 2, 2], [1, 5, 3]) == 1)
    #expect(try value([2, 2, 2], [7, 7, 7]) == 1)
  }

  @Test("only the other map being the same everywhere is 0: they share no order")
  func constantOther() throws {
    #expect(try value([1, 5, 3], [2, 2, 2]) == 0)
  }

  @Test("without another map there is no value")
  func absent() throws {
    #expect(try value([1, 2, 3], nil) == nil)
  }
}
