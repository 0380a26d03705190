import Testing
import XAIAverageGain
import XAICore
import XAITensor
import XAITesting

@Suite struct AverageGainTests {
  @Test(
    "the share of the missing probability that is gained",
    arguments: [
      (0.5, 0.75, 50), (0.5, 1, 100), (0.5, 0.5, 0), (0.5, 0.1, 0), (0.2, 0.6, 50), (1, 1, 0), (1, 0.5, 0),
    ])
  func value(_ whole: Float, _ masked: Float, _ expected: Double) throws {
    let right = try EvidenceModel().perfectSubject()
    let subject = MetricSubject(
      pixels: right.pixels, preprocessing: right.preprocessing, map: right.map, classIndex: 1,
      probability: whole)
    let answer = FrameAnswer(probability: masked, isPredicted: true)
    let value = try #require(try AverageGain().measure([answer], for: subject)).number
    #expect(abs(value - expected) < 1e-4)
  }

  @Test("the frame is the masked picture, then mean and deviation")
  func frame() throws {
    let subject = try EvidenceModel().subject { row, column in
      Float(row * 16 + column) / 255
    }
    let plan = try AverageGain().frames(for: subject)
    #expect(plan.count == 1)
    let frame = try #require(plan.picture(0, of: subject))
    let naive = subject.pixels.elements.enumerated().map { index, pixel in
      (pixel * Float(index % 256) / 255 - 0.5) / 0.5
    }
    expectClose(frame.elements, naive, within: 1e-6, "frame")
  }
}
