import XAICore
import XAIFoundation

/// What the records of lists say, each image once.
struct CSVImages {
  /// An object of an image, with the line that says so.
  struct Object {
    let line: Int
    let label: Int
    let box: BoundingBox
  }

  /// An image; labels are numbers of texts.
  struct Image {
    /// Below the root, or an absolute path.
    let file: String
    let list: String
    let line: Int
    var label: Int?
    var split: String?
    var objects: [Object]
  }

  /// A text that stands for a class, with the line in which it stands first.
  struct Label {
    let text: String
    let list: String
    let line: Int
  }

  private(set) var images: [Image] = []
  private(set) var labels: [Label] = []
  // Bytes decide what is the same: Swift's texts are equal where only accents are composed otherwise.
  private var labelNumbers: [[UInt8]: Int] = [:]
  private var places: [[UInt8]: Int] = [:]

  /// Reads lists; throws where one is malformed, and where there are no images.
  init(_ lists: [ListFile], root: String) throws {
    for list in lists {
      var reader = try ListReader(list)
      while let records = try reader.next() {
        for record in records { try add(record, of: list) }
      }
    }
    guard !images.isEmpty else { throw DatasetError.empty(place: lists.first?.path ?? root) }
    try checkBackslashes(root: root)
    takeSplitsFromFolders()
    try DatasetClass.checkAppearance(of: labels.map(\.text), place: lists.first?.path ?? root)
  }

  private mutating func add(_ record: ListRecord, of list: ListFile) throws {
    func error(_ reason: String) -> DatasetError {
      .malformed(file: list.path, line: record.line, reason: reason)
    }
    guard !record.file.isEmpty else { throw error("the name of the image is empty") }
    let file = record.file.hasPrefix("/") ? record.file : list.prefix + record.file
    guard record.split?.isEmpty != true else { throw error("the split is empty") }
    let split = record.split.map { SplitNames.standard($0) ?? $0 } ?? list.split
    let label = record.label.isEmpty ? nil : number(of: record, list)
    var objects: [Object] = []
    if let box = record.box {
      guard let label else { throw error("a box needs a label") }
      objects = [Object(line: record.line, label: label, box: box)]
    }
    let name = Array(file.utf8)
    guard let place = places[name] else {
      places[name] = images.count
      images.append(
        Image(
          file: file, list: list.path, line: record.line, label: label, split: split, objects: objects))
      return
    }
    let first = images[place]
    guard first.split == split else {
      throw error("'\(file)' is in two splits; line \(first.line) has it too")
    }
    guard !objects.isEmpty, !first.objects.isEmpty else {
      throw error(
        "'\(file)' is in line \(first.line) already. An image has one line, or one for each box.")
    }
    // An image of several classes is not of one alone.
    if first.label != label { images[place].label = nil }
    images[place].objects += objects
  }

  private mutating func number(of record: ListRecord, _ list: ListFile) -> Int {
    let bytes = Array(record.label.utf8)
    if let number = labelNumbers[bytes] { return number }
    labelNumbers[bytes] = labels.count
    labels.append(Label(text: record.label, list: list.path, line: record.line))
    return labels.count - 1
  }

  /// Throws for paths as Windows writes them, unless a file is really called so.
  private func checkBackslashes(root: String) throws {
    guard let image = images.first(where: { $0.file.utf8.contains(UInt8(ascii: "\\")) }),
      FileSystem.kind(of: FileSystem.path(root, image.file)) == nil
    else { return }
    throw DatasetError.malformed(
      file: image.list, line: image.line,
      reason: "there is no file '\(image.file)'. Write / between folders in place of \\.")
  }

  /// Where no list says the split and each image lies in a folder that is called like one, that is its split.
  private mutating func takeSplitsFromFolders() {
    guard images.allSatisfy({ $0.split == nil }) else { return }
    let names = images.map { image -> String? in
      let parts = image.file.split(separator: "/").drop { $0 == "." }
      return parts.count > 1 ? parts.first.flatMap { SplitNames.standard($0) } : nil
    }
    guard names.allSatisfy({ $0 != nil }) else { return }
    for (place, name) in names.enumerated() { images[place].split = name }
  }
}
