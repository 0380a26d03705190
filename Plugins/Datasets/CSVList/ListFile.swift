import XAICore
import XAIFoundation

/// A list of images, and where its images lie.
struct ListFile {
  /// The names of lists that lie next to their images: our own, and those of Hugging Face's `imagefolder`.
  static let names = ["labels.csv", "metadata.csv", "metadata.jsonl"]

  /// The path of the list.
  let path: String
  /// The folder of the list below the data set's, with a slash behind, or nothing.
  let prefix: String
  /// The split that the folder stands for; nil where the list says it, or there is none.
  let split: String?

  /// Whether a list is of JSON objects, one a line.
  var isJSONLines: Bool { path.lowercased().hasSuffix(".jsonl") }

  /// Whether a file is called as a list is.
  static func isList(_ path: String) -> Bool {
    [".csv", ".jsonl"].contains(where: path.lowercased().hasSuffix)
  }

  /// The list or lists of a path: the file itself, the one of a folder, or one for each of a folder's splits.
  ///
  /// - Parameter hasToName: whether lists of a folder count only where they name images, and those not called `labels.csv` only
  ///   with classes or boxes; others, such as those of captions, leave the folders to say what the classes are.
  static func find(at path: String, hasToName: Bool) throws -> (root: String, lists: [ListFile]) {
    guard FileSystem.kind(of: path) == .folder else {
      return (FileSystem.folder(of: path), [ListFile(path: path, prefix: "", split: nil)])
    }
    if let list = try list(in: path, prefix: "", split: nil, hasToName: hasToName) { return (path, [list]) }
    let folders = ((try? folderEntries(of: path)) ?? []).filter { $0.kind == .folder }.map(\.name)
    let lists = try SplitNames.order.flatMap { split in
      try folders.filter { SplitNames.standard($0) == split }.compactMap {
        try list(in: FileSystem.path(path, $0), prefix: "\($0)/", split: split, hasToName: hasToName)
      }
    }
    return (path, lists)
  }

  /// The list that lies in a folder.
  private static func list(
    in folder: String, prefix: String, split: String?, hasToName: Bool
  ) throws -> ListFile? {
    let found = names.map { ListFile(path: FileSystem.path(folder, $0), prefix: prefix, split: split) }
      .filter { list in
        FileSystem.kind(of: list.path) == .file
          && (!hasToName || list.isOurs || list.namesClasses)
      }
    guard found.count < 2 else {
      throw DatasetError.malformed(
        file: folder, line: nil,
        reason:
          "there are several lists, \(found.map { FileSystem.name(of: $0.path) }.joined(separator: ", ")). "
          + "Name the one to read, or remove the others.")
    }
    return found.first
  }

  /// Whether it is a list by our own name, of images.
  private var isOurs: Bool {
    FileSystem.name(of: path) == Self.names[0] && (try? ListReader(self)) != nil
  }

  /// Whether the first record names an image and has a class or a box.
  private var namesClasses: Bool {
    guard var reader = try? ListReader(self) else { return false }
    if let columns = reader.columns { return columns.label != nil || columns.box != nil }
    guard let first = try? reader.next() else { return false }
    return first.contains { !$0.label.isEmpty || $0.box != nil }
  }
}

/// What a line of a list says about an image, or about an object in it.
struct ListRecord {
  let line: Int
  let file: String
  /// What stands for the class; empty where it is not known.
  let label: String
  let split: String?
  let box: BoundingBox?
}

/// Reads a list record by record.
struct ListReader {
  private let list: ListFile
  /// Which column says what; nil for JSON, which names its values in each line.
  let columns: CSVColumns?
  private var csv: CSVReader?
  private var json: JSONLinesReader?

  /// Opens a list; throws where it is not there, has no header or one without a column of images.
  init(_ list: ListFile) throws {
    self.list = list
    let bytes = try TextFile.bytes(of: list.path, need: "the list of images")
    if list.isJSONLines {
      json = JSONLinesReader(bytes, file: list.path)
      columns = nil
    } else {
      var reader = CSVReader(bytes, file: list.path)
      guard let header = try reader.next() else { throw DatasetError.empty(place: list.path) }
      columns = try CSVColumns(header: header, file: list.path)
      csv = reader
    }
  }

  /// What the next line says: one record, or one for each object; nil at the end.
  mutating func next() throws -> [ListRecord]? {
    if json != nil { return try json?.next() }
    guard let columns, let record = try csv?.next() else { return nil }
    guard record.fields.count == columns.count else {
      throw DatasetError.malformed(
        file: list.path, line: record.line,
        reason: "\(record.fields.count) fields under a header of \(columns.count)")
    }
    return [
      ListRecord(
        line: record.line, file: record.fields[columns.file],
        label: columns.label.map { record.fields[$0].trimmingSpaces } ?? "",
        split: columns.split.map { record.fields[$0].trimmingSpaces },
        box: try columns.box(of: record, file: list.path))
    ]
  }
}
