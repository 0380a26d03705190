import XAICore
import XAIFoundation

/// The classes of `wnids.txt` with their names.
struct TinyClasses {
  /// The file that lists the WordNet ids of the classes.
  static let list = "wnids.txt"
  private static let words = "words.txt"

  /// The WordNet ids by class index.
  let ids: [String]
  /// What they are called.
  let names: [String]
  /// The class index of each WordNet id.
  let indices: [String: Int]

  init(of root: String) throws {
    let path = FileSystem.path(root, Self.list)
    let lines = try TextFile.lines(of: path, need: "the WordNet ids of the classes")
    var ids: [String] = []
    var indices: [String: Int] = [:]
    for (index, line) in lines.enumerated() {
      let id = try TextFile.text(line, file: path, line: index + 1)
      guard !id.isEmpty, !id.contains("/"), !id.hasPrefix("."), indices.updateValue(index, forKey: id) == nil
      else {
        throw DatasetError.malformed(
          file: path, line: index + 1,
          reason: "'\(id)' is no WordNet id, or is there twice. Each line holds one.")
      }
      ids.append(id)
    }
    guard !ids.isEmpty else {
      throw DatasetError.malformed(file: path, line: nil, reason: "there are no classes")
    }
    self.ids = ids
    self.indices = indices
    self.names = try Self.names(of: ids, indices, in: FileSystem.path(root, Self.words))
  }

  /// The names of the classes among those of all WordNet: lines of id, tab, synonyms.
  private static func names(of ids: [String], _ indices: [String: Int], in path: String) throws -> [String] {
    var names = [String?](repeating: nil, count: ids.count)
    for (index, line) in try TextFile.lines(of: path, need: "the names of the classes").enumerated() {
      let fields = line.split(separator: UInt8(ascii: "\t"), maxSplits: 1)
      guard fields.count == 2, let place = indices[String(decoding: fields[0], as: UTF8.self)] else {
        continue
      }
      names[place] = try TextFile.text(fields[1], file: path, line: index + 1)
    }
    return try zip(ids, names).map { id, name in
      guard let name else {
        throw DatasetError.malformed(file: path, line: nil, reason: "'\(id)' has no name")
      }
      return name
    }
  }
}
