#if XAI_DATABASE
import Foundation
import Testing

/// The first commands of the README do what stands behind them.
@Suite struct ReadMeTests {
  @Test("the commands of the first screen run as they stand, one after the other")
  func commands() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let screen = try #require(text.components(separatedBy: "\n## ").first)
    let commands = screen.split(separator: "\n").filter { $0.hasPrefix("    xai ") }
      .map { $0.components(separatedBy: " #")[0] }
    #expect(commands.count == 3)
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("Examples"), withDestinationPath: root.appending(path: "Examples").path)
    // Four images instead of a hundred: the command is the same.
    let lines = commands.map { $0.replacingOccurrences(of: "--sample 100", with: "--sample 4") }
    #expect(lines.contains { $0.contains("--sample 4") })
    let result = try XAIProcess.shell(
      "set -e; xai() { \"$XAI\" \"$@\"; }; cd '\(folder.path(""))'\n" + lines.joined(separator: "\n"))
    #expect(result.status == 0, "\(result.errors)")
    #expect(!folder.names(in: "maps").isEmpty)
    #expect(folder.names().contains("report.html"))
  }
}
#endif
