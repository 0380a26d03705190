import XAICore

/// Reads comma-separated values record by record, as RFC 4180 defines them.
///
/// Lines may end in CR LF, LF or CR; lines without a character are skipped.
struct CSVReader {
  /// A record with the line that it begins in, from 1.
  struct Record {
    let line: Int
    let fields: [String]
  }

  private let file: String
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  private static let (quote, comma) = (UInt8(ascii: "\""), UInt8(ascii: ","))
  private static let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))

  init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// The next record; nil at the end.
  mutating func next() throws(DatasetError) -> Record? {
    while skipLineEnd() {}
    guard byte != nil else { return nil }
    let first = line
    var fields = [try field()]
    while byte == Self.comma {
      position += 1
      fields.append(try field())
    }
    _ = skipLineEnd()
    return Record(line: first, fields: fields)
  }

  private mutating func field() throws(DatasetError) -> String {
    guard byte == Self.quote else {
      let start = position
      while let byte, byte != Self.comma, byte != Self.cr, byte != Self.lf {
        guard byte != Self.quote else {
          throw error(
            "a quotation mark inside a field: quote the whole field and write \"\" for the mark", line)
        }
        position += 1
      }
      return try TextFile.text(bytes[start..<position], file: file, line: line)
    }
    let first = line
    var text: [UInt8] = []
    var isClosed = false
    position += 1
    while !isClosed, let byte {
      if byte == Self.quote {
        position += 1
        // Two marks stand for one.
        isClosed = self.byte != Self.quote
        if isClosed { continue }
      } else if byte == Self.lf
        || byte == Self.cr && !(position + 1 < bytes.count && bytes[position + 1] == Self.lf)
      {
        line += 1
      }
      text.append(byte)
      position += 1
    }
    guard isClosed else { throw error("the quotation mark of a field is never closed", first) }
    guard byte == nil || byte == Self.comma || byte == Self.cr || byte == Self.lf else {
      throw error("there is text behind the closing quotation mark of a field", line)
    }
    return try TextFile.text(text, file: file, line: first)
  }

  /// Whether there was the end of a line.
  private mutating func skipLineEnd() -> Bool {
    guard byte == Self.cr || byte == Self.lf else { return false }
    position += byte == Self.cr && position + 1 < bytes.count && bytes[position + 1] == Self.lf ? 2 : 1
    line += 1
    return true
  }

  private func error(_ reason: String, _ line: Int) -> DatasetError {
    .malformed(file: file, line: line, reason: reason)
  }
}
