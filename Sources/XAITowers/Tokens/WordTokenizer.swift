@_spi(_Unicode) import Swift
import XAICore
import XAIFoundation
import XAIWeights

/// CLIP's tokenizer: byte pairs of lower-case words (Radford and others 2021, section 2.4; Sennrich and others 2016, arXiv
/// 1508.07909), as `CLIPTokenizer` of `transformers` computes it.
struct WordTokenizer: TextTokenizer {
  /// The numbers of tokens.
  private let vocabulary: [String: Int]
  /// The order in which pairs are joined; the lowest first.
  private let ranks: [Pair: Int]
  /// The tokens before and behind every text.
  let start: Int
  let end: Int
  /// The token that is read, `eos_token_id` of the configuration; 2 stands for that of the highest number, as in the first
  /// checkpoints.
  private var pooledToken = 2

  struct Pair: Hashable, Sendable {
    let first: String
    let second: String
  }

  private static let names = (start: "<|startoftext|>", end: "<|endoftext|>")
  /// What stands behind the last piece of a word.
  private static let wordEnd = "</w>"

  /// Takes a vocabulary and pairs.
  init(vocabulary: [String: Int], pairs: [Pair], file: String) throws(ConfigurationError) {
    guard let start = vocabulary[Self.names.start], let end = vocabulary[Self.names.end] else {
      throw .invalid(
        file: file, key: "vocab",
        reason: "has no '\(Self.names.start)' and '\(Self.names.end)', which CLIP's tokenizer has")
    }
    (self.vocabulary, self.start, self.end) = (vocabulary, start, end)
    ranks = Dictionary(pairs.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
  }

  var largest: Int { vocabulary.values.max() ?? 0 }

  let notes: [String] = []

  func read(_ text: String, length: Int) throws(LoadError) -> (tokens: TextTransformer.Tokens, isCut: Bool) {
    let ids = try tokens(of: text)
    // The first of several equal ones; as in the library, the first token where there is none.
    let pooled = pooledToken == 2 ? ids.max().flatMap(ids.firstIndex(of:)) : ids.firstIndex(of: pooledToken)
    return (TextTransformer.Tokens(ids, pooled: pooled ?? 0), isCut: false)
  }

  /// The tokens of a text, with those before and behind it.
  ///
  /// - Throws: `LoadError.unusableText` for a text that has none, or that would end before its end.
  func tokens(of text: String) throws(LoadError) -> [Int] {
    for name in [Self.names.start, Self.names.end] where text.contains(name) {
      throw .unusableText(
        text,
        reason:
          "holds '\(name)', which stands for the \(name == Self.names.start ? "start" : "end") of a text")
    }
    var ids = [start]
    for word in Self.words(of: Self.normalised(text)) {
      for piece in pieces(of: word) {
        guard let id = vocabulary[piece] else {
          throw .unusableText(text, reason: "has '\(piece)', which the vocabulary lacks")
        }
        ids.append(id)
      }
    }
    guard ids.count > 1 else { throw .unusableText(text, reason: "has no words") }
    return ids + [end]
  }

  // MARK: - Words

  /// Composed characters (NFC), white space as one space, lower case; each character by itself, without regard to the word.
  static func normalised(_ text: String) -> [Unicode.Scalar] {
    var scalars: [Unicode.Scalar] = []
    for scalar in text._nfc {
      if scalar.properties.isWhitespace {
        if scalars.last != " " { scalars.append(" ") }
      } else {
        scalars += Array(scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return scalars
  }

  /// What stands behind an apostrophe in English and is a word with it.
  private static let contractions: [[Unicode.Scalar]] = ["s", "t", "re", "ve", "m", "ll", "d"].map {
    Array($0.unicodeScalars)
  }

  /// Runs of letters, single digits, runs of anything else but spaces, and English endings such as `'ll`.
  static func words(of text: [Unicode.Scalar]) -> [ArraySlice<Unicode.Scalar>] {
    var words: [ArraySlice<Unicode.Scalar>] = []
    var place = 0
    while place < text.count {
      var end = place + 1
      switch Kind(text[place]) {
      case .space:
        place = end
        continue
      case .number: break
      case .letter: while end < text.count, Kind(text[end]) == .letter { end += 1 }
      case .other:
        if text[place] == "'",
          let ending = contractions.first(where: { text[end...].starts(with: $0) })
        {
          end += ending.count
        } else {
          while end < text.count, Kind(text[end]) == .other { end += 1 }
        }
      }
      words.append(text[place..<end])
      place = end
    }
    return words
  }

  private enum Kind {
    case space
    case letter
    case number
    case other

    init(_ scalar: Unicode.Scalar) {
      self =
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: .letter
        case .decimalNumber, .letterNumber, .otherNumber: .number
        default: scalar.properties.isWhitespace ? .space : .other
        }
    }
  }

  // MARK: - Pieces

  /// The pieces of a word: its bytes, joined pair by pair.
  private func pieces(of word: ArraySlice<Unicode.Scalar>) -> [String] {
    var pieces = String(String.UnicodeScalarView(word)).utf8.map { Self.characters[Int($0)] }
    pieces[pieces.count - 1] += Self.wordEnd
    while let rank = zip(pieces, pieces.dropFirst()).compactMap({ ranks[Pair(first: $0, second: $1)] }).min()
    {
      var joined: [String] = []
      var place = 0
      while place < pieces.count {
        let hasNext = place + 1 < pieces.count
        if hasNext, ranks[Pair(first: pieces[place], second: pieces[place + 1])] == rank {
          joined.append(pieces[place] + pieces[place + 1])
          place += 2
        } else {
          joined.append(pieces[place])
          place += 1
        }
      }
      pieces = joined
    }
    return pieces
  }

  /// The character that stands for each byte in vocabularies: the byte's own where that is printable, and one behind U+0100.
  private static let characters: [String] = {
    var next: UInt32 = 0x100
    return (UInt32(0)..<256).map { byte in
      let isPrintable = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
      if !isPrintable { next += 1 }
      let scalar = Unicode.Scalar(isPrintable ? byte : next - 1) ?? " "
      return String(Character(scalar))
    }
  }()
}

// MARK: - Files

extension WordTokenizer {
  /// The tokenizer of a model directory, and the token that its text tower reads; nil where there is no tokenizer.
  init?(directory: ModelDirectory) throws {
    try self.init(directory: directory.path)
    // OpenCLIP takes the token of the highest number.
    guard directory.format != .openCLIP else { return }
    pooledToken = try directory.config.optionalInteger("text_config.eos_token_id") ?? 49407
  }

  /// Reads `tokenizer.json`, else `vocab.json` with `merges.txt`; nil where there is neither.
  init?(directory: String) throws(ConfigurationError) {
    let path = "\(directory)/tokenizer.json"
    if let whole = try Configuration(optionalPath: path) {
      try self.init(whole)
      return
    }
    let listPath = "\(directory)/vocab.json"
    guard let list = try Configuration(optionalPath: listPath) else { return nil }
    let mergesPath = "\(directory)/merges.txt"
    let bytes: FileBytes
    do throws(ReadFailure) { bytes = try FileBytes(mapping: mergesPath) } catch {
      throw .unreadable(file: mergesPath, reason: error.reason)
    }
    let text = bytes.withBytes { String(decoding: $0, as: UTF8.self) }
    // The first line says which version of the format it is.
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#version") }
    var pairs: [Pair] = []
    for line in lines { pairs.append(try Self.pair(String(line), file: mergesPath)) }
    try self.init(vocabulary: Self.vocabulary(list.value, file: listPath), pairs: pairs, file: listPath)
  }

  /// Reads a `tokenizer.json`, whose model has to be CLIP's.
  private init(_ whole: Configuration) throws(ConfigurationError) {
    guard let model = try whole.section("model") else {
      throw .missing(file: whole.file, key: "model")
    }
    let type = try model.optionalString("type") ?? "BPE"
    guard type == "BPE", try model.optionalString("end_of_word_suffix") == Self.wordEnd else {
      throw model.unsupported(
        "type", value: "'\(type)' without words that end in '\(Self.wordEnd)'",
        supported: "CLIP's byte pairs, 'BPE' with 'end_of_word_suffix'")
    }
    var vocabulary = Self.vocabulary(model.optionalValue("vocab") ?? .null, file: whole.file)
    if case .array(let added)? = whole.optionalValue("added_tokens") {
      for token in added {
        guard case .object(let members) = token, let text = members["content"]?.text,
          let id = members["id"]?.integer
        else { continue }
        vocabulary[text] = id
      }
    }
    var pairs: [Pair] = []
    if case .array(let merges)? = model.optionalValue("merges") {
      for merge in merges {
        if let both = merge.elements(\.text), both.count == 2 {
          pairs.append(Pair(first: both[0], second: both[1]))
        } else {
          pairs.append(try Self.pair(merge.text ?? "", file: whole.file))
        }
      }
    }
    try self.init(vocabulary: vocabulary, pairs: pairs, file: whole.file)
  }

  private static func vocabulary(_ value: JSONValue, file: String) -> [String: Int] {
    guard case .object(let members) = value else { return [:] }
    return members.compactMapValues(\.integer)
  }

  private static func pair(_ line: String, file: String) throws(ConfigurationError) -> Pair {
    let parts = line.split(separator: " ", omittingEmptySubsequences: true)
    guard parts.count == 2 else {
      throw .invalid(file: file, key: "merges", reason: "has the line '\(line)', which isn't two pieces")
    }
    return Pair(first: String(parts[0]), second: String(parts[1]))
  }
}
