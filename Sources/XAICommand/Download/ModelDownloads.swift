import XAICore
import XAIFoundation
import XAIHub
import XAIWeights

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Models that users name, which are downloaded where they aren't there, with what is said of it on standard error.
struct ModelDownloads {
  private let isQuiet: Bool
  private let progress: Progress
  private let rate = TransferRate()

  /// - Parameter isQuiet: whether nothing but errors is to be said.
  init(quiet isQuiet: Bool) {
    self.isQuiet = isQuiet
    let isHidden = ["1", "ON", "YES", "TRUE"].contains(
      ProcessInfo.processInfo.environment["HF_HUB_DISABLE_PROGRESS_BARS"]?.uppercased())
    progress = Progress(isShown: !isQuiet && !isHidden)
  }

  /// Finds a model: a path, one of the cache, or one that is downloaded.
  func model(_ name: String) throws -> ModelDirectory {
    // What is a path needs nothing of the hub, whatever the environment says about that.
    guard ModelDirectory.repository(of: name) != nil else {
      do { return try ModelDirectory(name) } catch ModelDirectoryError.baseNotFound { return try ask(name) }
    }
    return try ask(name)
  }

  private func ask(_ name: String) throws -> ModelDirectory {
    defer { progress.clear() }
    return try ModelHub().model(name, observer: tell, check: Self.check)
  }

  /// Downloads what the newest commit of a repository has.
  func download(_ repository: RepositoryID) throws -> HubDownload {
    defer { progress.clear() }
    return try ModelHub().download(repository, observer: tell, check: Self.check)
  }

  /// Throws what a directory of that kind is refused with.
  private static func check(_ directory: ModelDirectory) throws {
    try CommandContext.currentRegistry.checkFamily(directory)
  }

  /// Says what happens; false where the run is to stop.
  private func tell(_ event: HubEvent) -> Bool {
    switch event {
    case .begins(let repository, let fileCount, let byteCount, let address):
      say("\(repository): \(counted(fileCount, "file")), \(megabytes(byteCount)), from \(address)")
    case .progress(let file, let byteCount, let total?):
      progress.update { rate.text(of: file, byteCount: byteCount, total: total, at: $0) }
    case .progress(let file, let byteCount, nil):
      progress.update { _ in byteCount == 0 ? "\(file): asking" : "\(file): \(megabytes(byteCount))" }
    case .waits(let file):
      say("\(file): another process is downloading it; waiting")
    case .retries(let file, let reason, let seconds):
      say("\(file): \(reason); the next try is in \(decimal(seconds, atMost: 1)) s")
    case .unasked(let repository, let reason):
      say("Note: \(repository) is taken from the cache as it lies there: \(reason)")
    case .unchecked(let file, let etag):
      say(
        "Note: \(file): the server names its content '\(etag)', which is no hash that it could be checked by")
    }
    return !Interruption.isRequested
  }

  private func say(_ text: String) {
    guard !isQuiet else { return }
    progress.clear()
    StandardError.write(text + "\n")
  }
}
