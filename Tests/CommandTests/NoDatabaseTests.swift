#if !XAI_DATABASE
import Foundation
import Testing

/// What is left of the commands that need a database in a build without one.
@Suite struct NoDatabaseTests {
  @Test(arguments: [
    ["evaluate", "-m", "m", "-d", "d", "-o", "o"], ["merge", "a", "b", "-o", "o"], ["report", "a"],
  ])
  func isSaidInOneLine(arguments: [String]) throws {
    let result = try XAIProcess.run(arguments)
    #expect(result.status == 64)
    #expect(result.output.isEmpty)
    #expect(
      result.errors == """
        Error: this build has no database of results, which needs SQLite: sudo apt-get install libsqlite3-dev && \
        XAI_DATABASE=on swift build -c release

        """)
  }

  @Test func benchLeavesTheEvaluationOut() throws {
    let folder = try TemporaryFolder()
    let result = try XAIProcess.run(
      ["bench", "--model", EvaluationFixture.model, "--batch", "1", "--repeat", "1"],
      environment: ["TMPDIR": folder.url.path])
    #expect(result.status == 0)
    #expect(result.errors.contains("Note: the evaluation is left out: this build has no database"))
    #expect(result.output.contains("gmar") && !result.output.contains("evaluation"))
  }
}
#endif
