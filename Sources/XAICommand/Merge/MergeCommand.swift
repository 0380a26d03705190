import ArgumentParser
import XAICore
import XAIFoundation

#if XAI_DATABASE
import XAIResults
#endif

/// `xai merge`: the results of shards in one database.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Join the results of shards of an evaluation in one database.",
    usage: "xai merge <file> ... --output <file> [--partial]", discussion: MergeHelp.discussion)

  @Argument(help: "Databases of results.", completion: .file(extensions: ["sqlite"]))
  var files: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The database to make; nothing may stand there.", valueName: "file"),
    completion: .file(extensions: ["sqlite"]))
  var output: String

  @Flag(help: "Merge what there is, where images of the sample have no result yet.")
  var partial = false

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  func validate() throws {
    guard !output.isEmpty else { throw ValidationError("--output needs the path of a file") }
  }

  func run() throws {
    #if XAI_DATABASE
    let report = try ResultStore.merge(files, into: output, isPartial: partial)
    guard !quiet else { return }
    if !report.duplicates.isEmpty {
      StandardError.write(
        "Note: \(counted(report.duplicates.count, "image")) came several times with the same results, and "
          + "\(report.duplicates.count == 1 ? "is" : "are") kept once: "
          + "\(report.duplicates.prefix(5).joined(separator: ", "))"
          + "\(report.duplicates.count > 5 ? ", …" : "")\n")
    }
    let missing = report.missing.isEmpty ? "" : ", \(grouped(report.missing.count)) missing"
    try StandardOutput.write(
      "\(FileName.shown(output)): \(counted(report.imageCount, "image")) of \(counted(files.count, "file"))\(missing)\n"
    )
    #else
    throw Failure.noDatabase
    #endif
  }
}

/// The text of `xai merge --help`.
enum MergeHelp {
  static let discussion = """
    Makes one database of those that shards of one evaluation wrote. They stay as they are, and their order does not matter.

      xai merge results-shard-*.sqlite -o results.sqlite
      xai merge results-shard-*.sqlite -o so-far.sqlite --partial
          what there is before all shards have ended

    Databases of different experiments are refused, with what differs. An image that comes several times with the same \
    results is kept once; with different results, it is refused. So are missing images, with the shards that they belong \
    to, unless --partial is given. The new file appears whole or not at all.

    \(ExitStatus.help)
    """
}
