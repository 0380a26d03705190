public import XAIWeights

/// What happens while a model is downloaded.
public enum HubEvent: Sendable {
  /// Files are about to come, with so many bytes that aren't in the cache yet.
  case begins(RepositoryID, fileCount: Int, byteCount: Int, address: String)
  /// So much of a file is there. It is told about once a second even where nothing comes.
  case progress(file: String, byteCount: Int, of: Int?)
  /// Another process downloads this file; told once.
  case waits(file: String)
  /// Something failed that may pass: the next try begins after a pause.
  case retries(file: String, reason: String, seconds: Double)
  /// A model of the cache is used without what the hub would have been asked for.
  case unasked(RepositoryID, reason: String)
  /// The server names the content in a way by which it can't be checked.
  case unchecked(file: String, etag: String)
}

/// A model that was downloaded, or was there.
public struct HubDownload: Sendable {
  /// A file of it.
  public struct File: Sendable, Hashable {
    /// Its name in the repository.
    public let name: String
    /// The number of its bytes.
    public let byteCount: Int
    /// How many of them came now: none where it was in the cache.
    public let receivedCount: Int
  }

  /// Which repository, and at which revision.
  public let repository: RepositoryID
  /// The commit that the revision is.
  public let commit: String
  /// The server, without what is secret of its address.
  public let address: String
  /// The folder of the cache with the files, as `ModelDirectory` reads it.
  public let folder: String
  /// What the model is read from.
  public let files: [File]
  /// The base model of an adapter, where it came with it.
  public let baseModels: [HubDownload]
}
