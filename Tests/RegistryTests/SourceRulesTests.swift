import Foundation
import Testing

/// What the sources may not say, read off them.
@Suite struct SourceRulesTests {
  /// The lines of the files of folders, without comments, by path from the root.
  private func lines(of folders: [String]) throws -> [(file: String, line: Substring)] {
    var lines: [(file: String, line: Substring)] = []
    for folder in folders {
      let files = FileManager.default.enumerator(
        at: PluginFolder.root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
      while let file = files?.nextObject() as? URL {
        guard file.pathExtension == "swift" else { continue }
        let path = String(file.path.dropFirst(PluginFolder.root.path.count + 1))
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
          guard !line.drop(while: { $0 == " " }).hasPrefix("//") else { continue }
          lines.append((path, line))
        }
      }
    }
    return lines
  }

  @Test("nothing ends the program without its message in release builds")
  func noSilentTraps() throws {
    let lines = try lines(of: ["Sources", "Plugins"])
    #expect(lines.count > 20_000)
    let trap = #/\b(?:precondition|preconditionFailure|assert|assertionFailure)\(|\btry!|\bas! /#
    let silent = lines.filter { $0.line.contains(trap) }
    #expect(silent.map { "\($0.file): \($0.line)" } == [])
  }

  @Test("the libraries' texts send nobody to the command, which programs don't have")
  func noCommand() throws {
    let modules = try FileManager.default.contentsOfDirectory(
      atPath: PluginFolder.root.appendingPathComponent("Sources").path
    ).filter { !["XAICommand", "XAITool"].contains($0) }
    // A report says what made it; a style sheet's variables begin as options do.
    let allowed = ["Sources/XAIReport/HTML/", "Sources/XAIWeights/Directory/ModelDirectory.swift"]
    let command = #/".*(?:`xai |\bxai (?:explain|inspect|evaluate|train|report|merge|list)\b| --[a-z])/#
    let commands = try lines(of: modules.map { "Sources/\($0)" } + ["Plugins"]).filter { file, line in
      line.contains(command) && !allowed.contains(where: file.hasPrefix)
    }
    #expect(commands.map { "\($0.file): \($0.line)" } == [])
  }
}
