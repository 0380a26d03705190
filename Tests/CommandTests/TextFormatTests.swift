import Testing

@testable import XAICommand

@Suite struct TextFormatTests {
  @Test(arguments: [(0.2, "1 s"), (59.5, "1:00 min"), (187, "3:07 min"), (3750, "1:02:30 h")])
  func durations(seconds: Double, text: String) { #expect(duration(seconds) == text) }
}
