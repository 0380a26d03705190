import Testing
import XAIAverageDrop
import XAICore
import XAITensor
import XAITesting

@Suite struct AverageDropTests {
  @Test(
    "the share of the probability that is lost",
    arguments: [
      (0.5, 0.25, 50), (0.5, 0, 100), (0.5, 0.5, 0), (0.5, 0.9, 0), (0.8, 0.6, 25), (0, 0, 0), (0, 0.5, 0),
    ])
  func value(_ whole: Float, _ masked: Float, _ expected: Double) throws {
    let right = try EvidenceModel().perfectSubject()
    let subject = MetricSubject(
      pixels: right.pixels, preprocessing: right.preprocessing, map: right.map, classIndex: 1,
      probability: whole)
    let answer = FrameAnswer(probability: masked, isPredicted: true)
    let value = try #require(try AverageDrop().measure([answer], for: subject)).number
    #expect(abs(value - expected) < 1e-4)
  }

  @Test(
    "the probability that is lost, in points",
    arguments: [(0.5, 0.25, 25), (0.5, 0, 50), (0.5, 0.9, 0), (1, 0, 100), (0, 0, 0)])
  func absolute(_ whole: Float, _ masked: Float, _ expected: Double) throws {
    let right = try EvidenceModel().perfectSubject()
    let subject = MetricSubject(
      pixels: right.pixels, preprocessing: right.preprocessing, map: right.map, classIndex: 1,
      probability: whole)
    var options = AverageDropOptions()
    options.drop = .absolute
    let answer = FrameAnswer(probability: masked, isPredicted: true)
    let value = try #require(try AverageDrop(options: options).measure([answer], for: subject)).number
    #expect(abs(value - expected) < 1e-4)
  }

  @Test("the frame is the masked picture, then mean and deviation")
  func frame() throws {
    let subject = try EvidenceModel().subject { row, column in
      Float(row * 16 + column) / 255
    }
    let plan = try AverageDrop().frames(for: subject)
    #expect(plan.count == 1)
    let frame = try #require(plan.picture(0, of: subject))
    let naive = subject.pixels.elements.enumerated().map { index, pixel in
      (pixel * Float(index % 256) / 255 - 0.5) / 0.5
    }
    expectClose(frame.elements, naive, within: 1e-6, "frame")
  }
}
