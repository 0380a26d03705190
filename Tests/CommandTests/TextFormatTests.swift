import Testing
import XAICore
import XAIFoundation

@testable import XAICommand

@Suite struct TextFormatTests {
  @Test(arguments: [
    (0.0, 1, "0.0"), (0.05, 1, "0.1"), (99.96, 1, "100.0"), (-1.25, 2, "-1.25"), (-0.001, 1, "0.0"),
    (7, 0, "7"),
    (.infinity, 1, "inf"),
  ]) func fixedPlaces(value: Double, places: Int, text: String) {
    #expect(decimal(value, places: places) == text)
  }

  @Test(arguments: [
    (0.0, "0"), (1.234e-5, "1.23e-05"), (9.999e-5, "1.00e-04"), (-250, "-2.50e+02"), (1e-12, "1.00e-12"),
  ]) func powersOfTen(value: Double, text: String) { #expect(scientific(value) == text) }

  @Test(arguments: [(0, "0"), (999, "999"), (5_717_416, "5,717,416"), (-1000, "-1,000")])
  func groups(count: Int, text: String) { #expect(grouped(count) == text) }

  @Test(arguments: [(0.2, "1 s"), (59.5, "1:00 min"), (187, "3:07 min"), (3750, "1:02:30 h")])
  func durations(seconds: Double, text: String) { #expect(duration(seconds) == text) }

  @Test func wrapsBetweenWords() {
    #expect(wrapped("Staffordshire bull terrier", to: 18) == "Staffordshire bull\nterrier")
    #expect(wrapped("supercalifragilistic", to: 5) == "supercalifragilistic")
  }

  @Test func columns() {
    #expect(table([["a", "bb"], ["ccc", "d"]], indent: " ") == " a    bb\n ccc  d\n")
    #expect(table([["a", "1"], ["b", "22"]], rightAligned: [1]) == "a   1\nb  22\n")
  }
}
