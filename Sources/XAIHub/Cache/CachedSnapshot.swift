import XAIFoundation
import XAIWeights

/// What lies of a repository in the cache.
struct CachedSnapshot {
  private let folder: CacheFolder
  private let path: String
  private let commit: String

  /// Looks for the commit that a name stands for; nil where the cache has nothing of it.
  init?(of id: RepositoryID, in cache: HubCache) {
    guard let path = cache.snapshot(of: id) else { return nil }
    (self.path, folder, commit) = (path, CacheFolder(of: id, in: cache), FileSystem.name(of: path))
  }

  /// How much of a model is there.
  enum Completeness {
    /// Something without which no model loads is missing.
    case incomplete
    /// It loads, and it isn't known whether the repository has a file that would change what is computed.
    case loadable
    /// Everything that the repository has is there, as far as it counts.
    case complete
  }

  func completeness(environment: [String: String]) -> Completeness {
    let directory: ModelDirectory
    do { directory = try ModelDirectory(path, environment: environment) } catch ModelDirectoryError
      .baseNotFound
    {
      // The base model is another repository.
      return has(["adapter_model.safetensors"]) ? .complete : .incomplete
    } catch {
      return .incomplete
    }
    guard hasWeights(directory) else { return .incomplete }
    // Hugging Face's models assume something else where a file says nothing.
    let knowsInput = directory.format != .huggingFace || isKnown([ModelFiles.imageProcessors])
    let readsTexts = ["text_config", "model_cfg.text_cfg"].contains {
      directory.config.optionalValue($0) != nil
    }
    return knowsInput && (!readsTexts || isKnown(ModelFiles.tokenizers)) ? .complete : .loadable
  }

  private func hasWeights(_ directory: ModelDirectory) -> Bool {
    do {
      _ = try directory.weights()
      return true
    } catch WeightStoreError.missingShard, WeightStoreError.noWeights, WeightStoreError.pickledWeights,
      WeightStoreError.otherLibrary, WeightStoreError.noAdapterWeights, WeightStoreError.brokenLink
    {
      return false
    } catch {
      // Whatever else is wrong with the weights isn't mended by a download.
      return true
    }
  }

  private func has(_ names: [String]) -> Bool {
    names.allSatisfy { FileSystem.kind(of: "\(path)/\($0)") == .file }
  }

  /// Whether one of some lists of files is there, or it is known that the repository has none.
  private func isKnown(_ lists: [[String]]) -> Bool {
    let names = lists.joined()
    return names.contains { has([$0]) } || names.allSatisfy { folder.isKnownToLack($0, commit) }
  }
}
