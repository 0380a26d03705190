import Testing
import XAIFoundation

@Suite struct NumberTextTests {
  @Test(
    "a fixed count of places",
    arguments: [
      (0.0, 1, "0.0"), (0.05, 1, "0.1"), (99.96, 1, "100.0"), (-1.25, 2, "-1.25"), (-0.001, 1, "0.0"),
      (7, 0, "7"), (.infinity, 1, "inf"),
    ])
  func fixed(value: Double, places: Int, text: String) {
    #expect(decimal(value, places: places) == text)
  }

  @Test(
    "a limited count of places, without zeros at the end",
    arguments: [
      (0.0, 2, "0"), (0.5, 2, "0.5"), (100, 2, "100"), (-1.256, 2, "-1.26"), (-0.001, 2, "0"), (30, 0, "30"),
      (1.5e20, 2, "1.5e+20"), (.infinity, 2, "inf"),
    ] as [(Double, Int, String)])
  func limited(value: Double, places: Int, text: String) {
    #expect(decimal(value, atMost: places) == text)
  }

  @Test(
    "digits times a power of ten keep their places, and change to a power where they get long",
    arguments: [
      (0, -5, "0"), (50, -2, "0.50"), (5, -3, "0.005"), (-12, -1, "-1.2"), (3, 2, "300"), (1, 5, "100000"),
      (1, 6, "1e6"), (1, -4, "0.0001"), (1, -5, "1e-5"), (150, 6, "1.5e8"),
    ])
  func powers(digits: Int, exponent: Int, text: String) {
    #expect(decimal(digits, exponent: exponent) == text)
  }

  @Test(
    "three significant digits, as short as they allow",
    arguments: [
      (0, "0"), (1, "1"), (12.345, "12.3"), (0.0123, "0.0123"), (-0.5, "-0.5"), (123_456, "123000"),
      (4.56e-7, "4.56e-7"), (1e12, "1e12"), (99.96, "100"), (0.9996, "1"), (0.00012345, "0.000123"),
      (-Double.infinity, "-inf"),
    ] as [(Double, String)])
  func threeDigits(value: Double, text: String) { #expect(compact(value) == text) }

  @Test(
    "three significant digits with their power of ten",
    arguments: [
      (0.0, "0"), (1.234e-5, "1.23e-05"), (9.999e-5, "1.00e-04"), (-250, "-2.50e+02"), (1e-12, "1.00e-12"),
    ])
  func powersOfTen(value: Double, text: String) { #expect(scientific(value) == text) }

  @Test(
    "the shortest text that reads back the same",
    arguments: [(0.1, "0.1"), (2, "2"), (-3, "-3"), (1e-7, "1e-07"), (1e20, "1e+20")] as [(Double, String)])
  func shortestText(value: Double, text: String) {
    #expect(shortest(value) == text)
    #expect(Double(text) == value)
  }

  @Test(arguments: [(0, "0"), (999, "999"), (5_717_416, "5,717,416"), (-1000, "-1,000")])
  func groups(count: Int, text: String) { #expect(grouped(count) == text) }
}
