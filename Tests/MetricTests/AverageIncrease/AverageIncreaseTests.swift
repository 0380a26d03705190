import Testing
import XAIAverageIncrease
import XAICore
import XAITensor
import XAITesting

@Suite struct AverageIncreaseTests {
  @Test(
    "all or nothing",
    arguments: [
      (0.5, 0.25, 0), (0.5, 0.5, 0), (0.5, 0.50001, 100), (0.1, 0.9, 100), (0, 0, 0), (1, 1, 0),
    ])
  func value(_ whole: Float, _ masked: Float, _ expected: Double) throws {
    let right = try EvidenceModel().perfectSubject()
    let subject = MetricSubject(
      pixels: right.pixels, preprocessing: right.preprocessing, map: right.map, classIndex: 1,
      probability: whole)
    let answer = FrameAnswer(probability: masked, isPredicted: true)
    let value = try #require(try AverageIncrease().measure([answer], for: subject)).number
    #expect(abs(value - expected) < 1e-4)
  }

  @Test("the frame is the masked picture, then mean and deviation")
  func frame() throws {
    let subject = try EvidenceModel().subject { row, column in
      Float(row * 16 + column) / 255
    }
    let plan = try AverageIncrease().frames(for: subject)
    #expect(plan.count == 1)
    let frame = try #require(plan.picture(0, of: subject))
    let naive = subject.pixels.elements.enumerated().map { index, pixel in
      (pixel * Float(index % 256) / 255 - 0.5) / 0.5
    }
    expectClose(frame.elements, naive, within: 1e-6, "frame")
  }
}
