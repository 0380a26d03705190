/// Why no model is found where the user says it is.
public enum ModelDirectoryError: Error, Hashable, Sendable {
  /// The string is neither a path of anything nor the name of a repository.
  case notFound(model: String)
  /// The repository isn't in the local cache.
  case notCached(repository: RepositoryID, cache: String, cached: [String])
  /// The path is a file of another kind.
  case notAModel(path: String)
  /// The directory has no `config.json`.
  case noConfiguration(directory: String)
  /// The configuration is neither Hugging Face's nor timm's.
  case unknownFormat(file: String)
}

extension ModelDirectoryError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .notFound(let model):
      "\(quoted(model)) is neither a directory nor the name of a repository. Give the directory that holds "
        + "config.json and model.safetensors, or a name like google/vit-base-patch16-224"
    case .notCached(let repository, let cache, let cached):
      "\(quoted(repository.description)) is neither a directory nor in the local cache \(quoted(cache)). Get it with\n"
        + "  hf download \(repository.name)\(repository.revision.map { " --revision \($0)" } ?? "")\n"
        + "(huggingface-cli download in older versions). "
        + (cached.isEmpty ? "Nothing is cached yet" : "Cached are: \(listed(cached))")
    case .notAModel(let path):
      "\(quoted(path)) is a file that isn't .safetensors. Give the directory that holds config.json and the weights"
    case .noConfiguration(let directory):
      "\(quoted(directory)) has no config.json. Put the one of the model there, or complete the download"
    case .unknownFormat(let file):
      "\(quoted(file)) is neither a Hugging Face configuration (with 'model_type' or 'architectures') nor one of "
        + "timm (with 'architecture' or 'pretrained_cfg'). Check that it belongs to a model"
    }
  }
}
