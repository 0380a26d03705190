import ArgumentParser
import XAIFoundation
import XAIReport
import XAITensor

/// `xai report`: tables, figures and a page of what evaluations found.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Make tables and a page of the results of evaluations.",
    usage: "xai report <file> ... [--format <format> ...] [--output <path>]",
    discussion: ReportHelp.discussion)

  @Argument(help: "Databases of results.", completion: .file(extensions: ["sqlite"]))
  var files: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "\(ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")); several with commas (default: by the extension of --output, or terminal).",
      valueName: "format"),
    completion: .list(ReportFormat.allCases.map(\.rawValue)), transform: ReportFormat.list)
  var format: [[ReportFormat]] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The file to write, or a folder for report.html and so on; what stands there is replaced.",
      valueName: "path"),
    completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp(
      "The explainer that differences are taken from (default: the first that looks at the model and not at the class, such as attention-rollout; else random or centre).",
      valueName: "id"), completion: .list(CommandContext.explainerIDs))
  var baseline: String?

  @Option(
    help: ArgumentHelp("What stands above the report (default: the model and the data).", valueName: "text"))
  var title: String?

  @Flag(name: .shortAndLong, help: "Print nothing but errors and a report on standard output.")
  var quiet = false

  /// The formats in the order in which they were asked for, each once.
  var formats: [ReportFormat] {
    format.joined().reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  func validate() throws {
    guard output != "" else { throw ValidationError("--output needs the path of a file or folder") }
    guard output != nil || formats.count < 2 else {
      throw ValidationError("several formats need --output, a folder for their files")
    }
  }

  func run() throws {
    #if XAI_DATABASE
    let destination = try ReportDestination(self)
    Interruption.endAtOnce()
    let keepsOpen = files.count <= 64
    let sources = try files.map { try Report.Source(database: $0, keepsOpen: keepsOpen) }
    let report = try Report(of: sources, baseline: baseline, title: title)
    for part in destination.parts {
      let text = try report.text(as: part.format)
      // A file that is begun is finished.
      Interruption.watch()
      defer { Interruption.endAtOnce() }
      guard let path = part.path else {
        try StandardOutput.write(text)
        continue
      }
      try AtomicFile.write(text.utf8, to: path)
      if !quiet { try StandardOutput.write("\(FileName.shown(path))\n") }
      if Interruption.isRequested { throw Failure(.interrupted, "") }
    }
    #else
    throw Failure.noDatabase
    #endif
  }
}

extension ReportFormat {
  /// Reads formats with commas between them.
  @Sendable static func list(_ text: String) throws -> [ReportFormat] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { name in
      guard let format = ReportFormat(rawValue: String(name)) else {
        throw ValidationError("'\(name)' is none of \(allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return format
    }
  }
}

/// The text of `xai report --help`.
enum ReportHelp {
  static let discussion = """
    Every number has its n, a 95 % bootstrap interval, the paired difference from a baseline with its interval, the rank, \
    and the name and hash of its protocol. Numbers of different experiments are never in one table.

      xai report results.sqlite
          tables on the terminal
      xai report results.sqlite -o report.html
          a page with curves, agreement, heads and all images, in one file
      xai report results.sqlite -f html,csv,latex -o out
          out/report.html, out/report.csv and out/report.tex
      xai report results-shard-*.sqlite -f markdown
          shards of one evaluation count as one
      xai report vit.sqlite deit.sqlite -o both.html --baseline random
          two experiments, a section each

    The same results give the same bytes each time.

    \(ExitStatus.help)
    """
}

/// Where a report goes, decided before anything is read.
struct ReportDestination {
  /// One text, to a file or to standard output.
  struct Part {
    let format: ReportFormat
    /// Nil for standard output.
    let path: String?
  }

  let parts: [Part]

  /// Decides by the path whether it is a file or a folder, and makes the folder.
  init(_ command: ReportCommand) throws(Failure) {
    let formats = command.formats
    guard let output = command.output else {
      parts = [Part(format: formats.first ?? .terminal, path: nil)]
      return
    }
    let known = Self.fileExtension(of: output).flatMap { ReportFormat(fileExtension: $0) }
    // A path with an extension is a file, unless several files are to be there or a folder is.
    let isFile =
      !output.hasSuffix("/") && formats.count < 2 && !Self.isFolder(output)
      && Self.fileExtension(of: output) != nil
    guard isFile else {
      try OutputFolder.make(output)
      let folder = output.hasSuffix("/") ? output : output + "/"
      parts = (formats.isEmpty ? [.html] : formats).map {
        Part(format: $0, path: "\(folder)report.\($0.fileExtension)")
      }
      return
    }
    guard let format = formats.first ?? known else {
      throw Failure(
        .usage,
        "\(FileName.shown(output)): the extension says no format. Add --format, or end the path in "
          + ReportFormat.allCases.map { ".\($0.fileExtension)" }.joined(separator: ", ") + " or /.")
    }
    parts = [Part(format: format, path: output)]
  }

  private static func fileExtension(of path: String) -> String? {
    guard let name = path.split(separator: "/").last, let point = name.lastIndex(of: "."),
      point > name.startIndex
    else { return nil }
    return String(name[name.index(after: point)...])
  }

  private static func isFolder(_ path: String) -> Bool {
    FileSystem.kind(of: path) == .folder
  }
}
