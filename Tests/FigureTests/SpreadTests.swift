import Testing

@testable import XAIFigures

@Suite struct SpreadTests {
  @Test("labels that are too close share the room around their middle, all others stay")
  func spreading() {
    #expect(spread([10, 50, 90], by: 13, in: 0...100) == [10, 50, 90])
    #expect(spread([10, 50, 50, 90], by: 10, in: 0...100) == [10, 45, 55, 90])
    #expect(spread([99, 99, 99], by: 10, in: 0...100) == [80, 90, 100])
    #expect(
      spread([40, 52, 53], by: 10, in: 0...100) == [
        38.333333333333336, 48.333333333333336, 58.333333333333336,
      ])
  }
}
