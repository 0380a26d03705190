import XAIFoundation

/// `model.safetensors.index.json`: which shard holds which tensor.
struct ShardIndex {
  static let byteLimit = 64 << 20

  /// Names of tensors by the name of their shard.
  let tensorsOfShard: [String: [String]]

  init(path: String) throws(WeightStoreError) {
    let weightMap: [String: String]
    do throws(ReadFailure) {
      let contents = try FileBytes(mapping: path)
      guard contents.count <= Self.byteLimit else {
        throw ReadFailure(
          reason: "it has \(contents.count) bytes, over the limit of \(Self.byteLimit)")
      }
      weightMap = try contents.withBytes(Self.weightMap)
    } catch {
      throw .unreadableIndex(file: path, reason: error.reason)
    }
    // Shards lie beside the index: a name that leads elsewhere is an attack or a mistake.
    for shard in weightMap.values {
      guard !shard.isEmpty, shard != ".", shard != "..",
        !shard.utf8.contains(where: { $0 == 0x2F || $0 == 0x5C || $0 == 0 })
      else { throw .unsafeShardName(index: path, shard: shard) }
    }
    self.tensorsOfShard = Dictionary(grouping: weightMap.keys) { weightMap[$0] ?? "" }
  }

  private static func weightMap(_ bytes: UnsafeRawBufferPointer) throws(ReadFailure) -> [String: String] {
    do throws(JSONFailure) {
      var reader = JSONReader(bytes)
      var weightMap: [String: String]?
      try reader.object { (reader, key) throws(JSONFailure) in
        guard key == "weight_map" else {
          try JSONValue.skip(&reader)
          return
        }
        var map: [String: String] = [:]
        try reader.object { (reader, tensor) throws(JSONFailure) in map[tensor] = try reader.string() }
        weightMap = map
      }
      try reader.expectEnd()
      guard let weightMap else { throw reader.failure(.expected("a 'weight_map'")) }
      return weightMap
    } catch {
      throw ReadFailure(reason: "\(error.reason) at byte \(error.offset)")
    }
  }
}
