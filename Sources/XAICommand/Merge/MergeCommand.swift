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
    Interruption.watch()
    let report: MergeReport
    do {
      report = try ResultStore.merge(files, into: output, isPartial: partial) { !Interruption.isRequested }
    } catch is CancellationError {
      throw Failure(.interrupted, "")
    }
    tellFailures(report)
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

  #if XAI_DATABASE
  /// Says what is missing from the results, which the shards have said already where somebody read it.
  private func tellFailures(_ report: MergeReport) {
    let count = report.failures.count
    if count > 0 {
      let names = report.failures.prefix(5).map { FileName.shown($0.identifier) }.joined(separator: ", ")
      StandardError.write(
        "Warning: \(counted(count, "image")) could not be evaluated: \(names)\(count > 5 ? ", …" : "")\n")
      let unread = report.failures.count(where: \.isUnread)
      if unread > 0 {
        StandardError.write(
          "Warning: \(unread == count ? "They " : "\(grouped(unread)) of them ")could not be read. If that has passed, the commands of "
            + "their shards try again.\n")
      }
    }
    if report.mapFailureCount > 0 {
      StandardError.write(
        "Warning: \(counted(report.mapFailureCount, "map")) could not be made or lack a value.\n")
    }
  }
  #endif
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
    to, unless --partial is given. So are other images or labels under the same names. Images that failed are kept as they \
    are and counted. The new file appears whole or not at all.

    \(ExitStatus.help)
    """
}
