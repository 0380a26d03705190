import Testing
import ThirdPartyPlugins
import XAI
import XAITesting

@Suite struct ComprehensivenessTests {
  @Test func conforms() { MetricConformance(Comprehensiveness.self).run() }

  @Test func theHighestPixelsAreBlackAndTheOthersStay() throws {
    let pixels = Tensor([3, 2, 2], (1...12).map { Float($0) / 16 })
    let subject = try MetricSubject(
      pixels: pixels, preprocessing: Preprocessing(resize: .none, normalisation: nil),
      map: [0.1, 0.9, 0.9, 0],
      classIndex: 0, probability: 0.5)
    var options = ComprehensivenessOptions()
    options.share = 0.25
    let plan = try Comprehensiveness(options: options).frames(for: subject)
    let frame = try #require(plan.image(0, of: subject)).elements
    let expected = pixels.elements.enumerated().map { $0 % 4 == 1 ? 0 : $1 }
    expectClose(frame, expected, within: 1e-6, "frame")
  }
}
