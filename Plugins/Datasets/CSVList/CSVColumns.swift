import XAICore

/// Which column of a list says what, by the names in its header.
struct CSVColumns {
  /// How a list gives boxes: the columns of four numbers.
  enum BoxColumns {
    /// Left and upper edge, width and height.
    case extent([Int])
    /// Left, upper, right and lower edge.
    case edges([Int])
  }

  let count: Int
  let file: Int
  let label: Int?
  let split: Int?
  let box: BoxColumns?

  static let fileNames = ["file", "path", "image", "filename", "file_name"]
  static let labelNames = ["label", "class", "class_index"]
  private static let extentNames = ["x", "y", "width", "height"]
  private static let edgeNames = ["x_min", "y_min", "x_max", "y_max"]

  init(header: CSVReader.Record, file list: String) throws {
    func error(_ reason: String) -> DatasetError { .malformed(file: list, line: header.line, reason: reason) }
    let names = header.fields.map { $0.trimmingSpaces.lowercased() }
    func column(of known: [String]) throws -> Int? {
      let found = names.indices.filter { known.contains(names[$0]) }
      guard found.count < 2 else {
        throw error("two columns, '\(names[found[0]])' and '\(names[found[1]])', say the same. Rename one.")
      }
      return found.first
    }
    guard let file = try column(of: Self.fileNames) else {
      if names.count == 1, let other = [";", "\t", "|"].first(where: names[0].contains) {
        throw error(
          "the fields are separated by '\(other == "\t" ? "tab" : "\(other)")', and commas have to be between them. "
            + "Save the list with commas.")
      }
      throw error(
        "the header has no column \(Self.fileNames.joined(separator: ", ")); it has \(DatasetError.summary(of: names))"
      )
    }
    let extent = try Self.extentNames.compactMap { try column(of: [$0]) }
    let edges = try Self.edgeNames.compactMap { try column(of: [$0]) }
    // Width and height alone are the image's.
    let isPartial =
      !edges.isEmpty && edges.count < 4 || extent.count < 4 && (names.contains("x") || names.contains("y"))
    guard !isPartial, extent.count < 4 || edges.isEmpty else {
      throw error("a box needs the columns x, y, width, height, or x_min, y_min, x_max, y_max")
    }
    self.count = names.count
    self.file = file
    self.label = try column(of: Self.labelNames) ?? column(of: ["wnid"])
    self.split = try column(of: ["split"])
    self.box = edges.count == 4 ? .edges(edges) : extent.count == 4 ? .extent(extent) : nil
  }

  /// The box of a record; nil where its fields are empty.
  func box(of record: CSVReader.Record, file list: String) throws(DatasetError) -> BoundingBox? {
    let columns =
      switch box {
      case .extent(let columns), .edges(let columns): columns
      case nil: [Int]()
      }
    let texts = columns.map { record.fields[$0].trimmingSpaces }
    if texts.allSatisfy(\.isEmpty) { return nil }
    let numbers = texts.compactMap(Double.init).filter(\.isFinite)
    guard numbers.count == 4 else {
      throw .malformed(
        file: list, line: record.line, reason: "the box '\(texts.joined(separator: ","))' is not four numbers"
      )
    }
    var box = BoundingBox(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
    if case .edges = self.box {
      box.width -= box.x
      box.height -= box.y
    }
    guard box.width > 0, box.height > 0 else {
      throw .malformed(
        file: list, line: record.line, reason: "the box '\(texts.joined(separator: ","))' has no area")
    }
    return box
  }
}

extension String {
  /// The text without spaces and tabs around it.
  var trimmingSpaces: String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    let text = drop(while: isSpace)
    return String(text.reversed().drop(while: isSpace).reversed())
  }
}
