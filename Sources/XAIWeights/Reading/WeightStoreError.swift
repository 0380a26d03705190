/// Why the weights of a model can't be opened; every case names the file or the directory.
public enum WeightStoreError: Error, Hashable, Sendable {
  /// The directory has no weights at all.
  case noWeights(directory: String)
  /// The directory has weights only as Python pickles, which run code when they are read.
  case pickledWeights(directory: String, file: String)
  /// The directory has weights only in the format of another library.
  case otherLibrary(directory: String, file: String)
  /// The directory of an adapter has no weights.
  case noAdapterWeights(directory: String)
  /// A file of weights is a link that leads nowhere.
  case brokenLink(file: String, target: String)
  /// The directory has several weight files and none of the standard name.
  case ambiguousWeights(directory: String, files: [String])
  /// The index of the shards can't be read.
  case unreadableIndex(file: String, reason: String)
  /// The index names a shard outside of its directory.
  case unsafeShardName(index: String, shard: String)
  /// The index names a shard that isn't there.
  case missingShard(index: String, shard: String, tensorCount: Int)
  /// The index places a tensor in a shard that doesn't have it.
  case tensorNotInShard(index: String, tensor: String, shard: String)
}

extension WeightStoreError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .noWeights(let directory):
      "\(quoted(directory)) has no weights: model.safetensors or model.safetensors.index.json is expected there"
    case .pickledWeights(let directory, let file):
      "\(quoted(directory)) has its weights only as \(quoted(file)), a Python pickle, which isn't read because "
        + "pickles run code. Convert it once in Python: AutoModelForImageClassification.from_pretrained("
        + "'<directory>').save_pretrained('<directory>', safe_serialization=True) for transformers, "
        + "safetensors.torch.save_file(model.state_dict(), 'model.safetensors') for timm"
    case .otherLibrary(let directory, let file):
      "\(quoted(directory)) has its weights only as \(quoted(file)), which isn't read: model.safetensors is. Convert it once in "
        + "Python with transformers, from_pretrained and save_pretrained"
    case .noAdapterWeights(let directory):
      "\(quoted(directory)) has adapter_config.json and no adapter_model.safetensors. Complete the download"
    case .brokenLink(let file, let target):
      brokenLinkText(file, target: target)
    case .ambiguousWeights(let directory, let files):
      "\(quoted(directory)) has several weight files (\(listed(files))) and no model.safetensors. "
        + "Give the path of one of them"
    case .unreadableIndex(let file, let reason):
      "\(quoted(file)) can't be read as an index of shards: \(reason). Download it again"
    case .unsafeShardName(let index, let shard):
      "\(quoted(index)) names the shard \(quoted(shard)), which isn't a plain file name beside it. "
        + "Don't use this model, or correct the index"
    case .missingShard(let index, let shard, let tensorCount):
      "\(quoted(index)) places \(tensorCount) tensors in \(quoted(shard)), which isn't there. Download that file too"
    case .tensorNotInShard(let index, let tensor, let shard):
      "\(quoted(index)) places the tensor \(quoted(tensor)) in \(quoted(shard)), which doesn't have it. "
        + "Download the index and its shards again, of one revision"
    }
  }
}

/// The first names of a list, and how many more there are.
func listed(_ names: [String], limit: Int = 20) -> String {
  let shown = names.prefix(limit).map { quoted($0) }.joined(separator: ", ")
  return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
}
