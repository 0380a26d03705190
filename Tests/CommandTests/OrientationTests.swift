#if XAI_DATABASE
import Foundation
import Testing
import XAI

/// Upright images in evaluations and trainings.
@Suite struct OrientationTests {
  private let fixture = EvaluationFixture()

  /// Three photographs, two of which are stored turned, and copies of them as they are seen and as they are stored.
  private func makePhotographs() throws -> TemporaryFolder {
    let folder = try #require(fixture.folder)
    for (tag, name) in [(1, "ring/a"), (6, "ring/b"), (3, "heart/c")] {
      let path = FixtureModel.folder.deletingLastPathComponent().appendingPathComponent(
        "images/oriented\(tag).jpg"
      ).path
      try folder.write(Data(contentsOf: URL(fileURLWithPath: path)), to: "turned/\(name).jpg")
      try folder.write(RGBImage(contentsOf: path).png(), to: "upright/\(name).jpg")
      try folder.write(RGBImage(contentsOf: path, orientation: .raw).png(), to: "stored/\(name).jpg")
    }
    return folder
  }

  private func evaluate(_ data: String, _ more: String...) throws -> (
    results: EvaluationResults, errors: String
  ) {
    let output = "\(data)\(more.count).sqlite"
    let result = try XAIProcess.run(
      [
        "evaluate", "-m", EvaluationFixture.model, "-d", fixture.path(data), "--split", "train", "-e",
        "attention-rollout",
        "--metric", "insertion", "-o", fixture.path(output), "--shard", "none",
      ] + more)
    #expect(result.status == 0, "\(result.errors)")
    return (try fixture.results(output), result.errors)
  }

  @Test("evaluations see images upright, and say how many were turned, in their experiment too")
  func evaluation() throws {
    _ = try makePhotographs()
    let (turned, upright) = (try evaluate("turned"), try evaluate("upright"))
    #expect(turned.results.images.map(\.subjects) == upright.results.images.map(\.subjects))
    #expect(turned.errors.contains("2 of 3 images are turned upright as their EXIF orientation says"))
    #expect(!upright.errors.contains("EXIF"))
    #expect(turned.results.experiment.settings["orientation"] == "2 images turned upright by EXIF")
    let others = turned.results.images.map(\.identifier).filter { !$0.contains("a.jpg") }
    #expect(turned.results.experiment.data.turned == others && others.count == 2)
    #expect(upright.results.experiment.settings["orientation"] == nil)
    #expect(upright.results.experiment.data.turned == nil)
    let (raw, stored) = (try evaluate("turned", "--exif", "raw"), try evaluate("stored"))
    #expect(raw.results.images.map(\.subjects) == stored.results.images.map(\.subjects))
    #expect(raw.results.images.map(\.subjects) != turned.results.images.map(\.subjects))
    #expect(raw.results.experiment.data.name == "image-folder:path=turned,exif=raw")
    #expect(raw.results.experiment.settings["orientation"] == nil)
  }

  @Test("boxes are in the upright image")
  func boxes() throws {
    let folder = try makePhotographs()
    let header = "file,label,x,y,width,height\n"
    // The image is stored 7 × 5 and seen 5 × 7.
    try folder.write(
      "\(header)turned/ring/b.jpg,ring,0,5,4,2\nturned/heart/c.jpg,heart,0,0,3,3\n".utf8, to: "boxes.csv")
    func run(_ more: String...) throws -> CommandResult {
      try XAIProcess.run(
        [
          "evaluate", "-m", EvaluationFixture.model, "-d", folder.path("boxes.csv"), "-e",
          "attention-rollout", "--metric",
          "insertion", "-o", folder.path("boxes\(more.count).sqlite"), "--shard", "none",
        ] + more)
    }
    let upright = try run()
    #expect(upright.status == 0 && !upright.errors.contains("reaches beyond"), "\(upright.errors)")
    let raw = try run("--exif", "raw")
    #expect(raw.errors.contains("reaches beyond its image of 7×5"), "\(raw.errors)")
  }

  @Test("drawn scenes have no files that --exif could be about, and a JSON run says its notes")
  func otherData() throws {
    let refused = try XAIProcess.run(fixture.arguments("r.sqlite", "--exif", "raw"))
    #expect(refused.status == 64 && refused.errors.contains("exif"), "\(refused.errors)")
    let folder = try makePhotographs()
    try folder.write("x".utf8, to: "turned/ring/notes.txt")
    let result = try XAIProcess.run(
      "evaluate", "-m", EvaluationFixture.model, "-d", folder.path("turned"), "--split", "train", "-e",
      "attention-rollout",
      "--metric", "insertion", "-o", folder.path("json.sqlite"), "--shard", "none", "--json")
    let notes = try result.output.split(separator: "\n").compactMap { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return object?["event"] as? String == "note" ? object?["text"] as? String : nil
    }
    #expect(notes.count == 3, "\(notes)")
    #expect(notes.first?.contains("1 file that is no image by its name (ring/notes.txt)") == true)
  }

  @Test("a training of images that are read otherwise is another training")
  func training() throws {
    let folder = try makePhotographs()
    try folder.write(
      Data(contentsOf: URL(fileURLWithPath: folder.path("turned/heart/c.jpg"))), to: "turned/heart/d.jpg")
    func train(_ more: String...) throws -> CommandResult {
      try XAIProcess.run(
        [
          "train", "-m", FixtureModel.vit, "-d", "image-folder:path=\(folder.path("turned")),validation=0",
          "-o",
          folder.path("trained"), "--epochs", "1", "--batch-size", "2", "--micro-batch", "2",
        ] + more)
    }
    let first = try train()
    #expect(first.status == 0, "\(first.errors)")
    let other = try train("--exif", "raw")
    #expect(other.status == 64 && other.errors.contains("exif=raw"), "\(other.errors)")
  }
}
#endif
