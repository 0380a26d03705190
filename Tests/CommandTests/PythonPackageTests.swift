import Foundation
import Testing

/// The tests of Integrations/python and of the GitHub Action, with this build's `xai`.
@Suite struct PythonPackageTests {
  static let python = ProcessInfo.processInfo.environment["XAI_PYTHON"]

  @Test(
    "the Python package, its recipes and the action",
    .enabled(if: python != nil, "XAI_PYTHON names no interpreter"))
  func package() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let tests = root.appending(path: "Integrations/python/tests").path
    let result = try XAIProcess.finish(
      XAIProcess.start(
        ["-B", "-m", "unittest", "discover", "-s", tests], of: try #require(Self.python),
        environment: ["XAI": XAIProcess.executable]))
    #expect(result.status == 0, "\(result.errors)")
    // Not one that found nothing to run.
    #expect(result.errors.contains("Ran 1") && result.errors.contains("OK"), "\(result.errors)")
  }
}
