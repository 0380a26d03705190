import Foundation
import Testing
import XAI

@Suite struct LocalizedErrorTests {
  @Test("what people see of an error is our text")
  func texts() {
    let errors: [any Error & CustomStringConvertible] = [
      TargetError.none, ModelError.noClasses(user: "gmar", model: "vit"),
      OptionError.repeated(owner: "gmar", option: "norm"),
      RegistryError.malformedID(kind: "metric", id: "A"), LoadError.namesAlone(model: "vit"),
    ]
    for error in errors { #expect(error.localizedDescription == error.description) }
  }

  /// Read off the sources: an error that is missing here would be "The operation could not be completed" to its users.
  ///
  /// Those of XAIHub and XAIExplore, which XAI doesn't know, have their texts in their own modules and tests.
  @Test("every public error of the library has its text")
  func complete() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let list = try String(
      contentsOf: root.appendingPathComponent("Sources/XAI/LocalizedErrors.swift"), encoding: .utf8)
    let modules = try FileManager.default.contentsOfDirectory(
      atPath: root.appendingPathComponent("Sources").path
    ).filter { !["XAITesting", "XAIBench", "XAIHub", "XAIExplore", "XAICommand"].contains($0) }
    var names: [String] = []
    for folder in modules.map({ "Sources/\($0)" }) + ["Plugins"] {
      let files = FileManager.default.enumerator(
        at: root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
      for case let file as URL in files ?? .init() where file.pathExtension == "swift" {
        let text = try String(contentsOf: file, encoding: .utf8)
        names += text.matches(of: /public (?:enum|struct) (\w+): (?:\w+, )*Error\b/).map { String($0.1) }
      }
    }
    #expect(names.count > 20)
    for name in names { #expect(list.contains("extension \(name): DescribedError {}"), "\(name)") }
  }
}
