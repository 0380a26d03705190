import XAICore

/// What the records of a list say, each image once.
struct CSVPictures {
  /// An object of an image, with the line that says so.
  struct Object {
    let line: Int
    let label: Int
    let box: Box
  }

  /// An image; labels are numbers of texts.
  struct Picture {
    let file: String
    let line: Int
    var label: Int?
    let split: String?
    var objects: [Object]
  }

  /// A text that stands for a class, with the line in which it stands first.
  struct Label {
    let text: String
    let line: Int
  }

  private let list: String
  private(set) var pictures: [Picture] = []
  private(set) var labels: [Label] = []
  private var labelNumbers: [String: Int] = [:]
  /// The place of each file, by the bytes of its name: names that look alike may be different files.
  private var places: [[UInt8]: Int] = [:]

  /// Reads a list; throws where it is malformed, and where it is empty.
  init(contentsOf list: String) throws {
    self.list = list
    var reader = CSVReader(try TextFile.bytes(of: list, need: "the list of pictures"), file: list)
    guard let header = try reader.next() else { throw DatasetError.empty(place: list) }
    let columns = try CSVColumns(header: header, file: list)
    while let record = try reader.next() {
      guard record.fields.count == columns.count else {
        throw error("\(record.fields.count) fields under a header of \(columns.count)", in: record.line)
      }
      try add(record, columns)
    }
    guard !pictures.isEmpty else { throw DatasetError.empty(place: list) }
  }

  private mutating func add(_ record: CSVReader.Record, _ columns: CSVColumns) throws {
    let file = record.fields[columns.file]
    guard !file.isEmpty else { throw error("the name of the picture is empty", in: record.line) }
    let split = try columns.split.map { try splitName(record.fields[$0], line: record.line) }
    let text = columns.label.map { record.fields[$0].trimmingSpaces } ?? ""
    let label = text.isEmpty ? nil : number(of: text, line: record.line)
    var objects: [Object] = []
    if let box = try columns.box(of: record, file: list) {
      guard let label else { throw error("a box needs a label", in: record.line) }
      objects = [Object(line: record.line, label: label, box: box)]
    }
    let name = Array(file.utf8)
    guard let place = places[name] else {
      places[name] = pictures.count
      pictures.append(
        Picture(file: file, line: record.line, label: label, split: split, objects: objects))
      return
    }
    let first = pictures[place]
    guard first.split == split else {
      throw error("'\(file)' is in two splits; line \(first.line) has it too", in: record.line)
    }
    guard !objects.isEmpty, !first.objects.isEmpty else {
      throw error(
        "'\(file)' is in line \(first.line) already. A picture has one line, or one for each box.",
        in: record.line)
    }
    // An image of several classes is not of one alone.
    if first.label != label { pictures[place].label = nil }
    pictures[place].objects += objects
  }

  private func splitName(_ text: String, line: Int) throws -> String {
    switch text.trimmingSpaces {
    case "": throw error("the split is empty", in: line)
    case "val": DatasetSplit.validation
    case let name: name
    }
  }

  private mutating func number(of text: String, line: Int) -> Int {
    if let number = labelNumbers[text] { return number }
    labelNumbers[text] = labels.count
    labels.append(Label(text: text, line: line))
    return labels.count - 1
  }

  private func error(_ reason: String, in line: Int) -> DatasetError {
    .malformed(file: list, line: line, reason: reason)
  }
}
