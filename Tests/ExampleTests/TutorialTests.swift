import Foundation
import Testing

/// The tutorials of the Swift documentation: their code is that of programs that compile and are run by tests.
@Suite struct TutorialTests {
  /// What a file of a tutorial has become by its last step.
  enum Ending {
    /// A file that is compiled.
    case file(String)
    /// Some of the lines of one, in their order.
    case part(of: String)
    /// A file that is compiled, with a shorter list of plugins.
    case withFewerPlugins(than: String)
  }

  static let endings: [String: [String: Ending]] = [
    "FirstExplanation": ["main.swift": .file("Examples/FirstExplanation/main.swift")],
    "FirstExplainerModule": [
      "Package.swift": .file("Examples/ThirdPartyPlugin/Package.swift"),
      "TokenLength.swift": .file("Examples/ThirdPartyPlugin/Sources/ThirdPartyPlugins/TokenLength.swift"),
      "TokenLengthTests.swift":
        .part(of: "Examples/ThirdPartyPlugin/Tests/ThirdPartyPluginsTests/TokenLengthTests.swift"),
      "main.swift": .withFewerPlugins(than: "Examples/ThirdPartyPlugin/Sources/MyXAI/main.swift"),
    ],
  ]

  private let catalogue = "Sources/XAI/XAI.docc"

  @Test(arguments: endings.keys.sorted())
  func everyStepLeadsToCodeThatIsCompiled(tutorial: String) throws {
    let steps = try text("\(catalogue)/\(tutorial).tutorial").matches(
      of: /@Code\(name: "([^"]+)", file: ([^,)]+)\)/)
    let files = Dictionary(grouping: steps) { String($0.1) }.mapValues { $0.map { String($0.2) } }
    let endings = try #require(Self.endings[tutorial])
    #expect(files.keys.sorted() == endings.keys.sorted())
    for (name, ending) in endings {
      let codes = try (files[name] ?? []).map { try text("\(catalogue)/Resources/\($0)") }
      for (before, after) in zip(codes, codes.dropFirst()) {
        #expect(isPart(before, of: after), "a step of \(name) drops lines of the one before:\n\(after)")
      }
      let last = try #require(codes.last)
      switch ending {
      case .file(let path): #expect(try last == text(path), "\(name) isn't \(path)")
      case .part(let path): #expect(isPart(last, of: try text(path)), "\(name) isn't in \(path)")
      case .withFewerPlugins(let path):
        let list = /\+\[([^\]]*)\]/
        let (here, there) = (withoutSpace(last), withoutSpace(try text(path)))
        #expect(here.replacing(list, with: "") == there.replacing(list, with: ""), "\(name) isn't \(path)")
        let plugins = [here, there].map { code in
          Set((code.firstMatch(of: list)?.1 ?? "").split(separator: ",").map(String.init))
        }
        #expect(!plugins[0].isEmpty && plugins[0].isSubset(of: plugins[1]))
      }
    }
  }

  @Test func everyFileOfTheTutorialsIsThereAndShown() throws {
    let pages = try FileManager.default.contentsOfDirectory(
      atPath: Programs.root.appendingPathComponent(catalogue).path
    ).filter { $0.hasSuffix(".tutorial") || $0.hasSuffix(".md") }
    let tutorials = Set(pages.filter { $0.hasSuffix(".tutorial") })
    #expect(tutorials == Set(Self.endings.keys.map { "\($0).tutorial" } + ["Tutorials.tutorial"]))
    var shown: Set<String> = []
    for page in pages {
      let page = try text("\(catalogue)/\(page)")
      shown.formUnion(page.matches(of: /file: ([^,)]+)\)/).map { String($0.1) })
      shown.formUnion(page.matches(of: /source: ([^,)]+)[,)]/).map { String($0.1) })
      shown.formUnion(page.matches(of: /!\[[^\]]*\]\(([^)]+)\)/).map { String($0.1) })
    }
    let files = try FileManager.default.contentsOfDirectory(
      atPath: Programs.root.appendingPathComponent("\(catalogue)/Resources").path)
    // Images are named without their extensions.
    let names = files.map { $0.hasSuffix(".swift") ? $0 : String($0.prefix { $0 != "." }) }
    #expect(names.sorted() == shown.sorted())
  }

  /// `make docs` takes a minute or more; that every link between the pages leads to an article or a heading of one, that every page
  /// is in a list of topics and that images are there, is checked before it begins.
  @Test(.enabled(if: TutorialTests.hasPython, "Scripts/docs-package needs python3"))
  func thePagesOfTheDocumentationHoldTogether() throws {
    try withTemporaryFolder { folder in
      let script = Programs.root.appendingPathComponent("Scripts/docs-package").path
      let result = try Programs.run(
        at: URL(fileURLWithPath: "/usr/bin/env"), ["python3", script, folder.path])
      #expect(result.status == 0, "\(result.output)")
      let articles = folder.appendingPathComponent(catalogue)
      let names = try FileManager.default.contentsOfDirectory(atPath: articles.path).filter {
        $0.hasSuffix(".md")
      }
      #expect(names.count > 50)
      let known = Set(names.map { String($0.dropLast(3)) } + Self.endings.keys + ["Tutorials"])
      for name in names {
        let page = try String(contentsOf: articles.appendingPathComponent(name), encoding: .utf8)
        for link in page.matches(of: /[(<]doc:([^)>#]+)(#[^)>]*)?[)>]/) {
          #expect(known.contains(String(link.1)), "\(name): \(link.1)")
        }
      }
    }
  }

  private static let hasPython =
    (try? Programs.run(at: URL(fileURLWithPath: "/usr/bin/env"), ["python3", "--version"]))?.status == 0

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Programs.root.appendingPathComponent(path), encoding: .utf8)
  }

  /// Whether the lines of a text come in another, in their order; a comma at the end of a line, and empty lines, don't count.
  private func isPart(_ text: String, of whole: String) -> Bool {
    var rest = lines(whole)[...]
    for line in lines(text) {
      guard let index = rest.firstIndex(of: line) else { return false }
      rest = rest[(index + 1)...]
    }
    return true
  }

  private func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map { String($0.hasSuffix(",") ? $0.dropLast() : $0) }
      .filter { !$0.allSatisfy(\.isWhitespace) }
  }

  private func withoutSpace(_ code: String) -> String { code.filter { !$0.isWhitespace } }
}
