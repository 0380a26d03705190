import Testing
import XAICore
import XAIImage
import XAIMetrics
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// The options of the metrics that multiply an image by its map.
@Suite struct MaskingOptionsTests {
  @Test(
    "protocols keep their hashes; programs that do the same have one",
    arguments: [
      ("average-drop", "default", "a5cba8c71f354026"),
      ("average-drop", "torch-cam", "e26716b71dbd8399"),
      ("average-drop", "xplique", "e26716b71dbd8399"),
      ("average-drop", "pytorch-grad-cam", "d861f4dfe47177c8"),
      ("average-increase", "default", "70592dd62b95c41f"),
      ("average-increase", "torch-cam", "d612b12034241fb8"),
      ("average-increase", "xplique", "d612b12034241fb8"),
      ("average-increase", "pytorch-grad-cam", "d612b12034241fb8"),
      ("average-gain", "default", "f5ade0d99b035d6a"),
      ("average-gain", "torch-cam", "b68e0f2fff2f6189"),
      ("average-gain", "xplique", "b68e0f2fff2f6189"),
      ("average-gain", "pytorch-grad-cam", "b68e0f2fff2f6189"),
    ])
  func hash(_ metric: String, _ preset: String, _ hash: String) throws {
    #expect(try Registry(plugins: builtInMetrics).metric("\(metric):preset=\(preset)").protocolHash == hash)
  }

  @Test(
    "the map multiplies the values after mean and deviation where that is asked for",
    arguments: ["average-drop", "average-increase", "average-gain"])
  func normalised(_ id: String) throws {
    let subject = try EvidenceModel().subject { row, column in Float(row * 16 + column) / 255 }
    let plan = try Registry(plugins: builtInMetrics).metric("\(id):space=normalised").frames(for: subject)
    #expect(plan.count == 1)
    let frame = try #require(plan.picture(0, of: subject))
    let naive = subject.pixels.elements.enumerated().map { index, pixel in
      (pixel - 0.5) / 0.5 * Float(index % 256) / 255
    }
    expectClose(frame.elements, naive, within: 1e-6, "frame")
  }

  @Test("metrics share a masked picture of one space, and none of two")
  func identities() throws {
    let registry = try Registry(plugins: builtInMetrics)
    let subject = try EvidenceModel().perfectSubject()
    let ids = ["average-drop", "average-increase", "average-gain"]
    let pixels = try ids.map { try registry.metric($0).frames(for: subject)[0].identity }
    let normalised = try ids.map {
      try registry.metric("\($0):space=normalised").frames(for: subject)[0].identity
    }
    #expect(pixels == Array(repeating: .ofMap("masked"), count: 3))
    #expect(normalised == Array(repeating: .ofMap("masked-normalised"), count: 3))
  }
}
