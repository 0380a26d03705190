import Testing
import XAICore

@Suite struct NearestNamesTests {
  private let known = ["attention-rollout", "gmar", "grad-cam", "raw-attention", "gradient-rollout"]

  @Test("slips find what was meant")
  func slips() {
    #expect(nearestNames(to: "gamr", among: known).first == "gmar")
    #expect(nearestNames(to: "gmr", among: known).first == "gmar")
    #expect(nearestNames(to: "GMAR", among: known).first == "gmar")
    #expect(nearestNames(to: "gradcam", among: known).first == "grad-cam")
    #expect(nearestNames(to: "atention-rolout", among: known).first == "attention-rollout")
  }

  @Test("the beginning of a name finds it")
  func prefixes() {
    #expect(nearestNames(to: "grad", among: known) == ["grad-cam", "gradient-rollout"])
  }

  @Test("nothing is near to what is far")
  func far() {
    #expect(nearestNames(to: "elephant", among: known) == [])
    #expect(nearestNames(to: "x", among: []) == [])
  }
}
