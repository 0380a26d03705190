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
  private static let masking = ["average-drop", "average-increase", "average-gain"]

  @Test(
    "a protocol says what becomes of negative scores; shifted ones keep the hash from before there was a choice",
    arguments: [
      ("average-drop", "default", "562c8b18081645ac", "a5cba8c71f354026"),
      ("average-drop", "torch-cam", "936c0bb35788dc87", "e26716b71dbd8399"),
      ("average-drop", "xplique", "da707342df771007", "e26716b71dbd8399"),
      ("average-drop", "pytorch-grad-cam", "ce81d500af00c59a", "d861f4dfe47177c8"),
      ("average-increase", "default", "dc8ddcd867b2a549", "70592dd62b95c41f"),
      ("average-increase", "torch-cam", "18925f73028cc88a", "d612b12034241fb8"),
      ("average-increase", "xplique", "ae7990032a8d3b34", "d612b12034241fb8"),
      ("average-increase", "pytorch-grad-cam", "18925f73028cc88a", "d612b12034241fb8"),
      ("average-gain", "default", "cc1ffd36bdce6bc0", "f5ade0d99b035d6a"),
      ("average-gain", "torch-cam", "89615bb83ddf87b7", "b68e0f2fff2f6189"),
      ("average-gain", "xplique", "581da34c4cdcc357", "b68e0f2fff2f6189"),
      ("average-gain", "pytorch-grad-cam", "89615bb83ddf87b7", "b68e0f2fff2f6189"),
    ])
  func hash(_ metric: String, _ preset: String, _ hash: String, _ shifted: String) throws {
    let registry = try Registry(plugins: builtInMetrics)
    #expect(try registry.metric("\(metric):preset=\(preset)").protocolHash == hash)
    #expect(try registry.metric("\(metric):preset=\(preset),negative=shift").protocolHash == shifted)
  }

  @Test(
    "so do metrics of mass and extent",
    arguments: [
      ("energy", "ee63265253e6c763", "f2fd4f9140ef2f15"),
      ("class-localisation", "1aa679d741893bac", "3b370f2742b72626"),
      ("iou", "7d5af399630d942f", "760b9c7ab5585441"),
    ])
  func massHash(_ metric: String, _ hash: String, _ shifted: String) throws {
    let registry = try Registry(plugins: builtInMetrics)
    #expect(try registry.metric(metric).protocolHash == hash)
    #expect(try registry.metric("\(metric):negative=shift").protocolHash == shifted)
  }

  @Test(
    "the map multiplies the values after mean and deviation where that is asked for",
    arguments: masking)
  func normalised(_ id: String) throws {
    let subject = try EvidenceModel().subject { row, column in Float(row * 16 + column) / 255 }
    let plan = try Registry(plugins: builtInMetrics).metric("\(id):space=normalised").frames(for: subject)
    #expect(plan.count == 1)
    let frame = try #require(plan.image(0, of: subject))
    let naive = subject.pixels.elements.enumerated().map { index, pixel in
      (pixel - 0.5) / 0.5 * Float(index % 256) / 255
    }
    expectClose(frame.elements, naive, within: 1e-6, "frame")
  }

  @Test("the frame is the masked image, then mean and deviation", arguments: masking)
  func frame(_ id: String) throws {
    let subject = try EvidenceModel().subject { row, column in Float(row * 16 + column) / 255 }
    let plan = try Registry(plugins: builtInMetrics).metric(id).frames(for: subject)
    #expect(plan.count == 1)
    let frame = try #require(plan.image(0, of: subject))
    let naive = subject.pixels.elements.enumerated().map { index, pixel in
      (pixel * Float(index % 256) / 255 - 0.5) / 0.5
    }
    expectClose(frame.elements, naive, within: 1e-6, "frame")
  }

  @Test("metrics share a masked image of one space and convention, and none of two")
  func identities() throws {
    let registry = try Registry(plugins: builtInMetrics)
    let subject = try EvidenceModel().perfectSubject()
    let ids = Self.masking
    let pixels = try ids.map { try registry.metric($0).frames(for: subject)[0].identity }
    let normalised = try ids.map {
      try registry.metric("\($0):space=normalised").frames(for: subject)[0].identity
    }
    #expect(pixels == Array(repeating: .ofMap("masked"), count: 3))
    #expect(normalised == Array(repeating: .ofMap("masked-normalised"), count: 3))
    // Of magnitudes every convention is the same frame; of signed scores each is one of its own.
    let signed = try MetricSubject(scores: [-1, 0, 2], meaning: .signed)
    let relative = try MetricSubject(scores: [-1, 0, 2], meaning: .relative)
    let names = try ["shift", "clip", "abs"].map { negative in
      try [subject, signed, relative].map {
        try registry.metric("average-drop:negative=\(negative)").frames(for: $0)[0].identity
      }
    }
    #expect(names.map(\.[0]) == Array(repeating: .ofMap("masked"), count: 3))
    #expect(names.map(\.[2]) == names.map(\.[0]))
    #expect(names.map(\.[1]) == [.ofMap("masked"), .ofMap("masked-clip"), .ofMap("masked-abs")])
  }
}
