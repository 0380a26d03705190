import ArgumentParser
import XAIFoundation
import XAIHub
import XAIWeights

/// `xai download`: models of the hub into the cache.
struct DownloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "download", abstract: "Get models of the Hugging Face Hub.",
    usage: "xai download <name> ... [options]",
    discussion: """
      Every command that takes a model downloads it by its name, if it isn't in the cache. This one does nothing else, \
      and also gets a newer version of what is there.

        xai download google/vit-base-patch16-224
        xai download timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k
        xai download OWNER/NAME@REVISION            a branch, a tag or a commit

      First comes config.json: a model of a family that isn't supported is refused before its weights come. Only \
      safetensors are downloaded, and each file is checked by its hash. A download that was stopped resumes with the \
      same command. The cache is that of Python's huggingface_hub, and so are the variables: HF_ENDPOINT, HF_TOKEN, \
      HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE.

      \(ExitStatus.help)
      """)

  @Argument(help: "Names of repositories, each with an optional @revision.")
  var names: [String]

  @Flag(help: "Print one line of JSON for each model.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  func run() throws {
    let repositories = try names.map { name in
      guard let repository = RepositoryID(name) else {
        throw ValidationError(
          "'\(FileName.shown(name))' is not the name of a repository, such as google/vit-base-patch16-224.")
      }
      return repository
    }
    Interruption.watch()
    let downloads = ModelDownloads(quiet: quiet)
    var failures: [Failure] = []
    for repository in repositories {
      do {
        let download = try downloads.download(repository)
        if json {
          try StandardOutput.write(XAICommand.json(DownloadSummary(download)))
        } else if !quiet {
          try StandardOutput.write(DownloadSummary(download).text)
        }
      } catch is CancellationError {
        throw Failure(
          .interrupted,
          "\(repository): stopped; what has come is kept, and the same command resumes from there.")
      } catch {
        // The others are still wanted.
        let failure = Failure(error)
        if repositories.count == 1 || failure.status == .outputClosed { throw failure }
        StandardError.write("Error: \(failure.message)\n")
        failures.append(Failure(failure.status, ""))
      }
    }
    if let first = failures.first { throw first }
  }
}

/// What was got, from where, how many bytes, and where it lies.
struct DownloadSummary: Encodable {
  struct File: Encodable {
    let name: String
    let bytes: Int
    /// How many of them came now.
    let received: Int
  }

  let repository: String
  let commit: String
  let endpoint: String
  let folder: String
  let files: [File]
  let baseModels: [DownloadSummary]

  init(_ download: HubDownload) {
    repository = download.repository.description
    commit = download.commit
    endpoint = download.address
    folder = download.folder
    files = download.files.map { File(name: $0.name, bytes: $0.byteCount, received: $0.receivedCount) }
    baseModels = download.baseModels.map(DownloadSummary.init)
  }

  /// The same for people.
  var text: String {
    let rows = files.map { file in
      [file.name, counted(file.bytes, "byte")]
        + (file.received == file.bytes
          ? [] : [file.received == 0 ? "was there" : "\(grouped(file.received)) came now"])
    }
    let received = files.reduce(0) { $0 + $1.received }
    return baseModels.map(\.text).joined() + "\(repository), commit \(commit)\n"
      + table(rows, indent: "  ", rightAligned: [1])
      + (received == 0
        ? "nothing new at \(endpoint)\n" : "\(counted(received, "byte")) from \(endpoint)\n")
      + "\(FileName.shown(folder))\n"
  }
}
