import XAIFoundation

/// Where a model lies, and what people call it.
struct ModelPlace {
  let directory: String
  /// The weight file that the user named, nil where the directory decides.
  var weightFile: String?
  /// The repository where it comes from the cache, else the last part of the path.
  let name: String
  /// What a user should know of how it was found.
  var notes: [String] = []
  /// The name of a repository that the path is as well.
  private var repository: RepositoryID?

  /// Finds a model: a path that exists wins over a repository of the same name, except for an empty folder.
  init(of model: String, environment: [String: String]) throws(ModelDirectoryError) {
    let cache = HubCache(environment: environment)
    switch model.isEmpty ? nil : FileSystem.kind(of: model) {
    case .folder?:
      let path = Self.trimmed(model)
      let repository = RepositoryID(path)
      if let repository, Self.isEmpty(path), let snapshot = cache.snapshot(of: repository) {
        self.init(directory: snapshot, name: repository.description)
        notes = ["'\(path)' is an empty folder here; the repository of this name in the local cache is taken"]
        return
      }
      self.init(directory: path, name: Self.name(ofFolder: path))
      self.repository = repository
    case .some:
      guard model.hasSuffix(".safetensors") else {
        throw WeightStore.isPickle(model) ? .pickle(path: model) : .notAModel(path: model)
      }
      let folder = Self.trimmed(FileSystem.folder(of: model))
      self.init(directory: folder, name: Self.name(ofFolder: folder))
      weightFile = model
    case nil:
      if let target = FileSystem.brokenTarget(of: model) { throw .brokenLink(path: model, target: target) }
      guard let id = RepositoryID(model) else { throw .notFound(model: model) }
      guard let snapshot = cache.snapshot(of: id) else {
        if let folder = cache.folder(of: id) { throw .incompleteCache(repository: id, folder: folder) }
        throw .notCached(repository: id, cache: cache.path, cached: cache.models)
      }
      self.init(directory: snapshot, name: id.description)
    }
  }

  /// The repository that a name stands for: where no path of that name is, or only an empty folder.
  static func repository(of model: String) -> RepositoryID? {
    guard let id = RepositoryID(model), FileSystem.brokenTarget(of: model) == nil else { return nil }
    switch FileSystem.kind(of: model) {
    case nil: return id
    case .folder: return isEmpty(model) ? id : nil
    default: return nil
    }
  }

  private init(directory: String, name: String) {
    (self.directory, self.name) = (directory, name)
  }

  /// The error of a place without `config.json`.
  func missingConfiguration(environment: [String: String]) -> ModelDirectoryError {
    .noConfiguration(
      directory: directory,
      cached: repository.flatMap { HubCache(environment: environment).snapshot(of: $0) },
      found: ForeignContents.found(in: directory))
  }

  /// What people call the model of a folder: the repository where it is a snapshot of the cache, else the folder's name, whatever
  /// way leads there.
  private static func name(ofFolder path: String) -> String {
    let parts = parts(ofPath: path)
    if parts.count >= 3, parts[parts.count - 2] == "snapshots",
      let repository = HubCache.repositoryName(ofFolder: parts[parts.count - 3])
    {
      return repository
    }
    return parts.last ?? path
  }

  private static func isEmpty(_ folder: String) -> Bool {
    (try? !FileSystem.hasEntry(in: folder) { _ in true }) ?? false
  }

  // By bytes, here and below: a slash and an accent behind it are one character.

  /// The folders that lead to a path from the root, without `.` and `..`; links keep their own names.
  private static func parts(ofPath path: String) -> [String] {
    let isAbsolute = path.utf8.first == slash
    let whole = isAbsolute ? path : FileSystem.path(FileSystem.realPath(".") ?? "/", path)
    return whole.utf8.split(separator: slash).reduce(into: []) { parts, part in
      switch String(Substring(part)) {
      case ".": break
      case "..": _ = parts.popLast()
      case let name: parts.append(name)
      }
    }
  }

  /// A path without its last slashes, the root excepted.
  private static func trimmed(_ path: String) -> String {
    var bytes = path.utf8[...]
    while bytes.count > 1, bytes.last == slash { bytes.removeLast() }
    return String(Substring(bytes))
  }

  private static let slash = UInt8(ascii: "/")
}
