#if XAI_DATABASE
import Foundation
import Testing
import XAI

@Suite(.serialized) struct ReportTests {
  private let fixture = EvaluationFixture()
  private let folder: TemporaryFolder
  private let more = ["--heads", "--metric", "average-drop", "--metric", "insertion"]

  init() throws {
    folder = try TemporaryFolder()
    let result = try XAIProcess.run(fixture.arguments("r.sqlite") + more)
    try #require(result.status == 0, "\(result.errors)")
  }

  private func report(_ arguments: String...) throws -> CommandResult {
    try XAIProcess.run(["report", fixture.path("r.sqlite")] + arguments)
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: folder.path(name), encoding: .utf8)
  }

  @Test("tables go to standard output where nothing else is asked for, the same each time")
  func terminal() throws {
    let result = try report()
    #expect(result.status == 0 && result.errors.isEmpty)
    let experiment = try fixture.results("r.sqlite").experiment
    for metric in experiment.metrics { #expect(result.output.contains(metric.protocolHash)) }
    for text in [
      experiment.model.hash, "Baseline      Attention Rollout", "GMAR", "HEADS", "With 10 images",
      "Program       xai ", "Command       xai evaluate", "WHAT IT SAYS",
    ] {
      #expect(result.output.contains(text), "\(text)")
    }
    #expect(try report().output == result.output)
  }

  @Test("the extension says the format, and what stands there is replaced")
  func file() throws {
    try folder.write("old".utf8, to: "page.html")
    let result = try report("-o", folder.path("page.html"), "--title", "One & two")
    #expect(result.status == 0 && result.output == folder.path("page.html") + "\n")
    #expect(try text("page.html").contains("<title>One &amp; two</title>"))
    #expect(folder.names() == ["page.html"])
  }

  @Test("several formats are files of a folder")
  func several() throws {
    let result = try report("-f", "csv,json", "-f", "latex,csv", "-o", folder.path("out"), "-q")
    #expect(result.status == 0 && result.output.isEmpty)
    #expect(folder.names(in: "out") == ["report.csv", "report.json", "report.tex"])
    let rows = try text("out/report.csv").components(separatedBy: "\r\n").dropLast()
    let experiment = try fixture.results("r.sqlite").experiment
    #expect(rows.count == 1 + experiment.explainers.count * experiment.metrics.count)
    _ = try JSONSerialization.jsonObject(with: Data(try text("out/report.json").utf8))
  }

  @Test("shards are joined, so that their tables are those of the whole")
  func shards() throws {
    for shard in ["1/2", "2/2"] {
      #expect(try XAIProcess.run(fixture.arguments("s.sqlite", "--shard", shard) + more).status == 0)
    }
    let files = fixture.names.filter { $0.hasPrefix("s-shard") }
    try #require(files.count == 2)
    let joined = try XAIProcess.run(["report", "-f", "csv"] + files.reversed().map { fixture.path($0) })
    #expect(joined.status == 0, "\(joined.errors)")
    // The last column is the command, which differs.
    func numbers(_ csv: String) -> [String] {
      csv.components(separatedBy: "\r\n").map { $0.components(separatedBy: ",xai ")[0] }
    }
    #expect(try numbers(joined.output) == numbers(report("-f", "csv").output))
    #expect(joined.output.contains("--shard 2/2"))
  }

  @Test("what can't be read is said, with the exit status of its kind")
  func badInput() throws {
    try folder.write("no database".utf8, to: "text.sqlite")
    for (path, status, message) in [
      ("nothing.sqlite", 66, "there is no such file"), ("text.sqlite", 65, "no SQLite database"),
    ] {
      let result = try XAIProcess.run("report", folder.path(path))
      #expect(result.status == status && result.output.isEmpty)
      #expect(result.errors.contains(message), "\(result.errors)")
    }
  }

  @Test("wrong arguments write nothing")
  func badArguments() throws {
    for (arguments, message) in [
      (["--baseline", "gmarr"], "did you mean 'gmar'?"),
      (["-f", "html,csv"], "several formats need --output"),
      (["-f", "pdf"], "'pdf' is none of terminal, markdown"),
      (["-o", folder.path("a.foo")], "says no format"),
      (["-o", ""], "--output needs"),
    ] {
      let result = try XAIProcess.run(["report", fixture.path("r.sqlite")] + arguments)
      #expect(result.status == 64 && result.output.isEmpty, "\(arguments): \(result.output)")
      #expect(result.errors.contains(message), "\(result.errors)")
    }
    #expect(folder.names().isEmpty)
  }

  @Test("a folder that can't be made is said")
  func badFolder() throws {
    try folder.write("file".utf8, to: "taken")
    let result = try report("-o", folder.path("taken/out"))
    #expect(result.status == 73)
    #expect(result.errors.contains("can't be made"))
  }
}
#endif
