import XAIFoundation
public import XAIWeights

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Models by their names on the Hugging Face Hub, which are downloaded into the cache that Python's `huggingface_hub` shares.
///
///     let directory = try ModelHub().model("google/vit-base-patch16-224")
///
/// The server, the token and the cache are those that the environment names by the hub's own variables. What comes are the
/// configuration, then, where a model of that kind is wanted, what says how images and texts become inputs, and weights as
/// safetensors; never anything that runs code.
public struct ModelHub: Sendable {
  let settings: HubSettings
  let environment: [String: String]
  let clock: HubClock
  /// The bytes that may still be written to the disk of a folder.
  let freeBytes: @Sendable (_ folder: String) -> Int?

  /// Reads the environment's variables; throws `HubError.unusableSetting` for one that can't be used.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) throws(HubError) {
    try self.init(environment: environment, clock: .system, freeBytes: CacheFolder.freeBytes)
  }

  /// A hub for tests, which set time and disk.
  package init(
    environment: [String: String], clock: HubClock,
    freeBytes: @escaping @Sendable (_ folder: String) -> Int?
  ) throws(HubError) {
    settings = try HubSettings(environment: environment)
    (self.environment, self.clock, self.freeBytes) = (environment, clock, freeBytes)
  }

  /// Finds a model by what a user calls it, and downloads what isn't there.
  ///
  /// A path that exists is taken as one, and a model that is in the cache with all that it needs is taken from there: nothing is
  /// asked then, nor for a name without an owner. An adapter's base model is found in the same way.
  ///
  /// - Parameters:
  ///   - model: a path, or the name of a repository with an optional `@revision`.
  ///   - observer: is told what happens; it stops the download by returning false.
  ///   - check: throws for a configuration of which no weights are wanted.
  /// - Throws: `HubError`, what `ModelDirectory` and `check` throw, `FileError` where the cache can't be written, and
  ///   `CancellationError` where the observer stopped it: what has come is kept, and the next download resumes from it.
  public func model(
    _ model: String, observer: (HubEvent) -> Bool = { _ in true },
    check: (ModelDirectory) throws -> Void = { _ in }
  ) throws -> ModelDirectory {
    _ = try provide(model, isBase: false, observer: observer, check: check)
    do { return try ModelDirectory(model, environment: environment) } catch ModelDirectoryError.baseNotFound(
      _, let base) where RepositoryID(base) != nil
    {
      _ = try provide(base, isBase: true, observer: observer, check: check)
      return try ModelDirectory(model, environment: environment)
    }
  }

  /// Asks the hub for a repository's newest commit of a revision, and downloads what isn't in the cache.
  ///
  /// - Parameters:
  ///   - repository: its name and revision; `main` without one.
  ///   - observer: is told what happens; it stops the download by returning false.
  ///   - check: throws for a configuration of which no weights are wanted.
  /// - Throws: as ``model(_:observer:check:)`` does.
  public func download(
    _ repository: RepositoryID, observer: (HubEvent) -> Bool = { _ in true },
    check: (ModelDirectory) throws -> Void = { _ in }
  ) throws -> HubDownload {
    try download(repository, isBase: false, observer: observer, check: check)
  }

  /// - Parameter isBase: whether an adapter is for it. No adapter is for another adapter, so that its own base isn't looked for.
  private func download(
    _ repository: RepositoryID, isBase: Bool, observer: (HubEvent) -> Bool,
    check: (ModelDirectory) throws -> Void
  ) throws -> HubDownload {
    guard !settings.isOffline else {
      throw HubError.offline(repository: repository, cache: settings.cache.path)
    }
    return try withoutActuallyEscaping(observer) { observer in
      try Download(of: repository, from: self, observer: observer).run(check: check) { base in
        isBase ? nil : try provide(base, isBase: true, observer: observer, check: check)
      }
    }
  }

  /// Downloads a repository's model unless it is a path, or in the cache.
  private func provide(
    _ model: String, isBase: Bool, observer: (HubEvent) -> Bool, check: (ModelDirectory) throws -> Void
  ) throws -> HubDownload? {
    guard let id = ModelDirectory.repository(of: model) else { return nil }
    let completeness =
      CachedSnapshot(of: id, in: settings.cache)?.completeness(environment: environment) ?? .incomplete
    guard completeness != .complete, completeness == .incomplete || !settings.isOffline else { return nil }
    // A single word is rather the name of a folder that isn't here; the hub's models have owners.
    guard id.name.contains("/") else { return nil }
    do { return try download(id, isBase: isBase, observer: observer, check: check) } catch let error
      as HubError
      where completeness == .loadable && error.isPassing
    {
      guard observer(.unasked(id, reason: "\(error)")) else { throw CancellationError() }
      return nil
    }
  }
}

extension HubError {
  /// Whether a model of the cache may be used in the place of one that would have to be asked for.
  var isPassing: Bool {
    switch self {
    case .unreachable, .failed, .tooManyRequests, .cut, .noCurl, .untrusted: true
    default: false
    }
  }
}
