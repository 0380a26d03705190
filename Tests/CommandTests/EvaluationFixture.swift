import Foundation
import Testing
import XAI

/// Evaluations of the bundled model on drawn scenes.
struct EvaluationFixture {
  let folder = try? TemporaryFolder()

  static let model = FixtureModel.folder.deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Examples/Demo/model").path

  /// The path of a scene of the demo.
  static func scene(_ name: String) -> String {
    URL(fileURLWithPath: model).deletingLastPathComponent().appending(path: "scenes/\(name).png").path
  }

  func path(_ name: String) -> String { folder?.path(name) ?? name }

  /// The arguments of an evaluation of 10 images.
  func arguments(_ output: String, _ more: String...) -> [String] {
    [
      "evaluate", "-m", Self.model, "-d", "shapes:size=72", "--sample", "10", "-e", "gmar", "-e",
      "attention-rollout", "--metric", "average-drop", "--metric", "insertion", "-o", path(output), "--shard",
      "none",
    ] + more
  }

  #if XAI_DATABASE
  /// What a database holds, without the commands that made it: runs that must come to the same differ in theirs.
  func results(_ name: String) throws -> EvaluationResults {
    var results = try ResultStore.results(at: path(name))
    results.runs = []
    return results
  }
  #endif

  func byteCount(_ name: String) throws -> Int {
    try Data(contentsOf: URL(fileURLWithPath: path(name))).count
  }

  var names: [String] { folder?.names() ?? [] }
}
