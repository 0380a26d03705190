#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ModelDirectory {
  /// Where a model lies: a path that exists wins over a repository of the same name.
  static func location(
    of model: String, environment: [String: String]
  ) throws(ModelDirectoryError) -> (directory: String, weightFile: String?) {
    var isDirectory = false
    if !model.isEmpty, FileManager.default.fileExists(atPath: model, isDirectory: &isDirectory) {
      guard !isDirectory else { return (trimmed(model), nil) }
      guard model.hasSuffix(".safetensors") else { throw .notAModel(path: model) }
      let slash = model.lastIndex(of: "/")
      return (slash.map { trimmed(String(model[...$0])) } ?? ".", model)
    }
    guard let id = RepositoryID(model) else { throw .notFound(model: model) }
    let cache = HubCache(environment: environment)
    guard let snapshot = cache.snapshot(of: id) else {
      throw .notCached(repository: id, cache: cache.path, cached: cache.models)
    }
    return (snapshot, nil)
  }

  /// A path without its last slashes, the root excepted.
  private static func trimmed(_ path: String) -> String {
    var path = Substring(path)
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return String(path)
  }
}
