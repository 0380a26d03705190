import XAICore
import XAIFoundation
import XAIWeights

/// Reads a JSON object a line, as Hugging Face's `metadata.jsonl` has them: `{"file_name": "1.png", "label": 3}`.
///
/// An `objects` of `bbox` and `categories` gives a record for each box: left, upper, width and height, in pixels. Other
/// values are ignored.
struct JSONLinesReader {
  private let file: String
  private let lines: [ArraySlice<UInt8>]
  private var position = 0

  init(_ bytes: [UInt8], file: String) {
    self.file = file
    lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  }

  /// The records of the next line; nil at the end.
  mutating func next() throws -> [ListRecord]? {
    while position < lines.count {
      position += 1
      let bytes = lines[position - 1]
      if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      return try records(bytes, line: position)
    }
    return nil
  }

  private func records(_ bytes: ArraySlice<UInt8>, line: Int) throws -> [ListRecord] {
    let value: JSONValue
    do {
      value = try bytes.withUnsafeBytes { try JSONValue(parsing: $0) }
    } catch let failure as JSONFailure {
      throw error("this is no JSON object: \(failure.reason)", line)
    }
    guard case .object(let members) = value else { throw error("this is no JSON object", line) }
    func member(of names: [String]) throws -> JSONValue? {
      let found = names.filter { members[$0] != nil }
      guard found.count < 2 else {
        throw error("'\(found[0])' and '\(found[1])' say the same. Keep one.", line)
      }
      return found.first.flatMap { members[$0] }
    }
    guard case .string(let name)? = try member(of: CSVColumns.fileNames) else {
      throw error("there is no text \(CSVColumns.fileNames.joined(separator: ", "))", line)
    }
    let label = try text(try member(of: CSVColumns.labelNames) ?? members["wnid"] ?? .null, "label", line)
    let split = try members["split"].map { try text($0, "split", line) }
    let objects = try objects(members["objects"] ?? .null, line)
    guard objects.isEmpty else {
      return objects.map { ListRecord(line: line, file: name, label: $0.label, split: split, box: $0.box) }
    }
    return [ListRecord(line: line, file: name, label: label, split: split, box: nil)]
  }

  private func objects(_ value: JSONValue, _ line: Int) throws -> [(label: String, box: BoundingBox)] {
    guard case .object(let members) = value, case .array(let boxes)? = members["bbox"] else { return [] }
    guard case .array(let categories)? = members["categories"] ?? members["category"],
      categories.count == boxes.count
    else { throw error("'objects' needs a list 'categories', one for each 'bbox'", line) }
    return try zip(boxes, categories).map { box, category in
      guard case .array(let values) = box else { throw error("a 'bbox' is not four numbers", line) }
      let numbers = values.compactMap { value in
        switch value {
        case .integer(let number): Double(number)
        case .double(let number): number
        default: nil
        }
      }
      guard values.count == 4, numbers.count == 4, numbers[2] > 0, numbers[3] > 0 else {
        throw error("a 'bbox' is not four numbers: left, upper, width and height", line)
      }
      let label = try text(category, "categories", line)
      guard !label.isEmpty else { throw error("a box needs a label", line) }
      return (label, BoundingBox(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3]))
    }
  }

  /// A label or split as a list of commas would write it.
  private func text(_ value: JSONValue, _ name: String, _ line: Int) throws -> String {
    switch value {
    case .null: return ""
    case .string(let text): return text.trimmingSpaces
    case .integer(let number): return String(number)
    case .double(let number): return shortest(number)
    case .boolean, .array, .object:
      throw error("'\(name)' is neither a text nor a number. An image has one class.", line)
    }
  }

  private func error(_ reason: String, _ line: Int) -> DatasetError {
    .malformed(file: file, line: line, reason: reason)
  }
}
