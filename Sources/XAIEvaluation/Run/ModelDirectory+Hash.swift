import XAICore
import XAIFoundation
public import XAIWeights

extension ModelDirectory {
  /// A hash of weights and configuration, 16 hexadecimal digits: the same wherever the directory lies.
  ///
  /// FNV-1a of 64 bits over names, types, shapes and bytes of the tensors, eight bytes at a time, and over `config.json` and
  /// the file that has the configuration of the image processor.
  ///
  /// - Throws: as `weights()`, and where a file can't be read.
  public func contentHash() throws -> String {
    var hash = FNV1a()
    let weights = try weights()
    for tensor in weights.tensors {
      hash.add(delimited: tensor.name)
      hash.add(delimited: "\(tensor.type) \(tensor.shape)")
      try weights.withBytes(of: tensor.name) { hash.add($0) }
    }
    hash.add(delimited: config.value.jsonText)
    let processor = try imageProcessor.map { try FileContents.read($0.file) } ?? []
    hash.add(delimited: String(decoding: processor, as: UTF8.self))
    return hash.text
  }
}
