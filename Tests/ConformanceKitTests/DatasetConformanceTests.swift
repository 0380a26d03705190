import Testing
import XAICore
import XAIImage
import XAITesting

@Suite struct DatasetConformanceTests {
  private func checks(_ flaw: Flaw) -> Set<ConformanceFailure.Check> {
    Set(DatasetConformance(FlawedDataset.self, options: FlawedOptions(flaw)).failures().map(\.check))
  }

  @Test("what is right passes")
  func right() { #expect(DatasetConformance(FlawedDataset.self).failures() == []) }

  @Test(
    "every flaw is found, and called by its name",
    arguments: [
      (.throwsAtOnce, .results), (.noSplits, .splits), (.twoOfOneName, .splits), (.trainLast, .splits),
      (.closedSplit, .splits), (.anySplit, .refusal), (.otherError, .refusal), (.emptySplit, .splits),
      (.sameIdentifiers, .splits), (.absoluteIdentifier, .splits), (.labelOutside, .labels),
      (.otherLabel, .labels), (.changingSample, .determinism), (.undeclaredLabel, .objects),
      (.boxOutside, .objects), (.boxWithoutArea, .objects), (.maskOfAnotherSize, .objects),
      (.maskBeyondBox, .objects), (.emptyMask, .objects), (.noObjects, .descriptor),
      (.throwingSample, .results),
    ] as [(Flaw, ConformanceFailure.Check)])
  func flaws(flaw: Flaw, check: ConformanceFailure.Check) { #expect(checks(flaw).contains(check)) }

  @Test("a small overhang of a box is rounding")
  func rounding() { #expect(checks(.boxRoundedOver) == []) }

  @Test("a damaged data set has to throw somewhere")
  func damage() {
    func failures(_ damaged: Flaw) -> [ConformanceFailure.Check] {
      DatasetConformance(FlawedDataset.self, damaged: FlawedOptions(damaged)).failures().map(\.check)
    }
    #expect(failures(.none) == [.refusal])
    #expect(failures(.throwingSample) == [] && failures(.throwsAtOnce) == [])
  }
}
