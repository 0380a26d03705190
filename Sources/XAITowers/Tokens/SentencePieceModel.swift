import XAIFoundation
import XAIWeights

/// A `spiece.model` of SentencePiece: a unigram model with what is done to a text before, in the wire format of protocol buffers.
///
/// A text is cut as `SiglipTokenizer` has it done: as though something stood before it, so that no space is put there.
struct SentencePieceModel: TokenPieces {
  private let model: Unigram
  private let pieces: [(text: String, score: Double)]
  private let map: CharacterMap?
  /// Whether runs of spaces count as one.
  private let joinsSpaces: Bool
  /// Tokens that no text may hold.
  let controls: [String]
  /// The token behind a text.
  let end: Int

  /// What a piece is, by its number in the format.
  private enum Kind: Int {
    case normal = 1
    case unknown
    case control
    case userDefined
    case unused
    case byte
  }

  private static let space: Unicode.Scalar = "\u{2581}"

  /// Reads a file.
  init(path: String) throws {
    func invalid(_ reason: String) -> ConfigurationError {
      .invalid(
        file: path, key: "spiece.model",
        reason: "\(reason); save the model's fast tokenizer, which writes a tokenizer.json, and use that")
    }
    let contents: FileBytes
    do throws(ReadFailure) { contents = try FileBytes(mapping: path) } catch {
      throw ConfigurationError.unreadable(file: path, reason: error.reason)
    }
    guard let fields = ProtocolFields(contents.withBytes { Array($0) }) else {
      throw invalid("is no SentencePiece model")
    }
    var (pieces, kinds): ([(text: String, score: Double)], [Kind]) = ([], [])
    for entry in fields.messages(1) {
      guard let piece = ProtocolFields(entry), let text = piece.text(1),
        let kind = Kind(rawValue: piece.number(3) ?? 1)
      else { throw invalid("has a piece that is none") }
      pieces.append((text, Double(piece.float(2) ?? 0)))
      kinds.append(kind)
    }
    let trainer = ProtocolFields(fields.messages(2).first ?? [])
    guard (trainer?.number(3) ?? 1) == 1 else {
      throw invalid("has pieces by another model than a unigram one")
    }
    guard !kinds.contains(.byte), !kinds.contains(.userDefined) else {
      throw invalid("has pieces of bytes, or pieces that users define, which aren't read from this file")
    }
    guard let unknown = kinds.firstIndex(of: .unknown),
      let end = pieces.firstIndex(where: { $0.text == "</s>" })
    else { throw invalid("has no piece for what is unknown, or none for the end of a text") }
    let normaliser = ProtocolFields(fields.messages(3).first ?? [])
    let table = normaliser?.messages(2).first ?? []
    map = CharacterMap(table)
    guard table.isEmpty || map != nil else { throw invalid("has a table of characters that is none") }
    guard (normaliser?.number(5) ?? 1) == 1 else { throw invalid("doesn't mark spaces") }
    joinsSpaces = (normaliser?.number(4) ?? 1) == 1
    model = Unigram(pieces, unknown: unknown) { kinds[$0] == .normal }
    self.pieces = pieces
    self.end = end
    controls = pieces.indices.filter { kinds[$0] == .control || kinds[$0] == .unknown }.map {
      pieces[$0].text
    }
  }

  var largest: Int { pieces.count - 1 }

  /// The number of a piece.
  func number(_ piece: String) -> Int? { pieces.firstIndex { $0.text == piece } }

  func ids(of text: [Unicode.Scalar]) -> [Int] {
    let normal = normalised(text)
    return normal.isEmpty || normal == [Self.space] ? [] : model.ids(of: normal)
  }

  /// Characters by the table, and spaces as signs: of several in a row one, none at the end.
  private func normalised(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text)
    var rest = Array(String(view).utf8)[...]
    var (result, place, isBehindSpace): ([Unicode.Scalar], Int, Bool) = ([], 0, false)
    while place < text.count {
      let taken =
        map?.longest(rest, first: text[place]) ?? (text: [text[place]], length: UTF8.width(text[place]))
      var own = taken.text[...]
      if joinsSpaces, isBehindSpace { own = own.drop { $0 == " " } }
      result += own.map { $0 == " " ? Self.space : $0 }
      if !own.isEmpty { isBehindSpace = own.last == " " }
      rest = rest.dropFirst(taken.length)
      var length = taken.length
      while length > 0, place < text.count {
        length -= UTF8.width(text[place])
        place += 1
      }
    }
    if joinsSpaces { while result.last == Self.space { result.removeLast() } }
    return result
  }
}

/// The fields of a message of protocol buffers, by their numbers, as they lie in a file.
struct ProtocolFields {
  private var values: [Int: [UInt64]] = [:]
  private var parts: [Int: [ArraySlice<UInt8>]] = [:]

  /// Reads a message; nil for bytes that are none.
  init?(_ bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    var place = 0
    func integer() -> UInt64? {
      var value: UInt64 = 0
      for shift in stride(from: 0, to: 64, by: 7) {
        guard place < bytes.count else { return nil }
        let byte = bytes[place]
        place += 1
        value |= UInt64(byte & 0x7F) << UInt64(shift)
        if byte < 0x80 { return value }
      }
      return nil
    }
    func fixed(_ count: Int) -> UInt64? {
      guard bytes.count - place >= count else { return nil }
      defer { place += count }
      return (0..<count).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
    }
    while place < bytes.count {
      guard let tag = integer() else { return nil }
      let field = Int(tag >> 3)
      switch tag & 7 {
      case 0:
        guard let value = integer() else { return nil }
        values[field, default: []].append(value)
      case 1:
        guard let value = fixed(8) else { return nil }
        values[field, default: []].append(value)
      case 2:
        guard let count = integer(), count <= UInt64(bytes.count - place) else { return nil }
        parts[field, default: []].append(bytes[place..<place + Int(count)])
        place += Int(count)
      case 5:
        guard let value = fixed(4) else { return nil }
        values[field, default: []].append(value)
      default: return nil
      }
    }
  }

  /// The messages, texts or bytes of a field.
  func messages(_ field: Int) -> [[UInt8]] { (parts[field] ?? []).map { Array($0) } }

  /// The last text of a field; nil where there is none, or it isn't UTF-8.
  func text(_ field: Int) -> String? { parts[field]?.last.flatMap { String(validating: $0, as: UTF8.self) } }

  /// The last whole number of a field.
  func number(_ field: Int) -> Int? { values[field]?.last.flatMap { Int(exactly: $0) } }

  /// The last number of a field, in single precision.
  func float(_ field: Int) -> Float? {
    values[field]?.last.flatMap { UInt32(exactly: $0) }.map { Float(bitPattern: $0) }
  }
}
