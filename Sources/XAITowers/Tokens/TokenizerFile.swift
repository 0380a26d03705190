import XAICore
import XAIFoundation
import XAIWeights

/// A `tokenizer.json` of `tokenizers`: a unigram model, or byte pairs over characters, and what is done to a text before.
///
/// What would give other tokens and isn't computed here is refused by its key.
struct TokenizerFile: TokenPieces {
  private enum Model: Sendable {
    case unigram(Unigram)
    case pairs(BytePairs)
  }

  private let model: Model
  private let normalisers: [Normaliser]
  private let splitters: [Splitter]
  /// Pieces that are looked for before anything is done to a text, by their first scalar.
  private let added: [Unicode.Scalar: [(text: [Unicode.Scalar], id: Int)]]
  private let numbers: [String: Int]
  /// The tokens before and behind every text.
  let before: [Int]
  let after: [Int]
  /// Tokens that stand for something else than a text.
  let special: [String]
  /// The token of padding, and whether it is before a text, where the file says it.
  let padding: Int?
  let padsLeft: Bool

  /// Reads a file.
  init(_ path: String) throws {
    let (file, vocabulary) = try Configuration.reading(path, apart: ["model", "vocab"])
    guard let own = try file.section("model") else {
      throw ConfigurationError.missing(file: path, key: "model")
    }
    normalisers = try Normaliser.all(file.section("normalizer"))
    splitters = try Splitter.all(file.section("pre_tokenizer"))
    var (special, added): ([String], [Unicode.Scalar: [(text: [Unicode.Scalar], id: Int)]]) = ([], [:])
    var numbers: [String: Int] = [:]
    for token in Self.tokens(file) {
      numbers[token.text] = token.id
      if token.isSpecial {
        special.append(token.text)
      } else if let first = token.text.unicodeScalars.first {
        added[first, default: []].append((Array(token.text.unicodeScalars), token.id))
      }
    }
    // The longest first.
    self.added = added.mapValues { $0.sorted { $0.text.count > $1.text.count } }
    (self.special, self.numbers) = (special, numbers)
    model = try Self.model(own, vocabulary)
    (before, after) = try Self.template(file.section("post_processor"), numbers)
    padding = try file.optionalInteger("padding.pad_id")
    padsLeft = try file.optionalString("padding.direction") == "Left"
  }

  private static func tokens(_ file: Configuration) -> [(text: String, id: Int, isSpecial: Bool)] {
    guard case .array(let tokens)? = file.optionalValue("added_tokens") else { return [] }
    return tokens.compactMap { token in
      guard case .object(let members) = token, let text = members["content"]?.text,
        let id = members["id"]?.integer
      else { return nil }
      return (text, id, members["special"] == .boolean(true))
    }
  }

  private static func model(
    _ model: Configuration, _ vocabulary: [(key: String, value: JSONValue)]
  ) throws -> Model {
    switch try model.optionalString("type") ?? "BPE" {
    case "Unigram":
      guard case .array(let listed)? = model.optionalValue("vocab") else {
        throw model.invalid("vocab", "is no list of pieces with scores")
      }
      let pieces = try listed.map { entry -> (text: String, score: Double) in
        guard case .array(let both) = entry, both.count == 2, let text = both[0].text,
          let score = both[1].number
        else { throw model.invalid("vocab", "has an entry that is no piece with its score") }
        return (text, score)
      }
      let unknown = try model.optionalInteger("unk_id") ?? 0
      guard pieces.indices.contains(unknown) else {
        throw model.invalid("unk_id", "is \(unknown), and there are \(pieces.count) pieces")
      }
      guard try model.optionalBool("byte_fallback") != true else {
        throw model.unsupported("byte_fallback", value: "true with 'Unigram'", supported: "it with 'BPE'")
      }
      return .unigram(Unigram(pieces, unknown: unknown))
    case "BPE":
      for key in ["continuing_subword_prefix", "end_of_word_suffix", "ignore_merges", "dropout"] {
        guard let value = model.optionalValue(key), ![.boolean(false), .string("")].contains(value) else {
          continue
        }
        throw model.unsupported(
          key, value: "set",
          supported: "SigLIP 2's byte pairs, which leave it out; CLIP's are of the family 'clip'")
      }
      let pieces = vocabulary.compactMap { piece in piece.value.integer.map { (text: piece.key, id: $0) } }
      guard let pairs = pairs(model),
        let own = BytePairs(
          vocabulary: pieces, pairs: pairs, unknown: try model.optionalString("unk_token"),
          usesBytes: try model.optionalBool("byte_fallback") ?? false)
      else {
        throw model.invalid("merges", "has a line that isn't two pieces of the vocabulary, and makes a third")
      }
      return .pairs(own)
    case let other:
      throw model.unsupported("type", value: "'\(other)'", supported: "'Unigram' and 'BPE'")
    }
  }

  /// The pairs, each a line with a space between or a list of two; nil where one is neither.
  private static func pairs(_ model: Configuration) -> [(String, String)]? {
    guard case .array(let merges)? = model.optionalValue("merges") else { return [] }
    var pairs: [(String, String)] = []
    for merge in merges {
      let both = merge.elements(\.text) ?? merge.text?.split(separator: " ").map(String.init) ?? []
      guard both.count == 2 else { return nil }
      pairs.append((both[0], both[1]))
    }
    return pairs
  }

  /// The tokens that a template puts before and behind a text.
  private static func template(
    _ processor: Configuration?, _ numbers: [String: Int]
  ) throws -> (before: [Int], after: [Int]) {
    guard let processor else { return ([], []) }
    let type = try processor.string("type")
    guard type == "TemplateProcessing", case .array(let single)? = processor.optionalValue("single") else {
      throw processor.unsupported("type", value: "'\(type)'", supported: "'TemplateProcessing'")
    }
    var (before, after, isBehind): ([Int], [Int], Bool) = ([], [], false)
    for part in single {
      guard case .object(let members) = part else { continue }
      if members["Sequence"] != nil {
        isBehind = true
      } else if case .object(let token)? = members["SpecialToken"], let name = token["id"]?.text {
        guard let id = numbers[name] else {
          throw processor.invalid("single", "has '\(name)', which is no token of added_tokens")
        }
        if isBehind { after.append(id) } else { before.append(id) }
      }
    }
    return (before, after)
  }

  // MARK: - Tokens

  var isUnigram: Bool { if case .unigram = model { true } else { false } }

  /// Whether letters become small ones here.
  var makesLower: Bool { normalisers.contains { if case .lower = $0 { true } else { false } } }

  var largest: Int {
    let own =
      switch model {
      case .unigram(let model): model.largest
      case .pairs(let model): model.largest
      }
    return max(own, numbers.values.max() ?? 0)
  }

  /// The number of a special or added token.
  func number(_ token: String) -> Int? { numbers[token] }

  func ids(of text: [Unicode.Scalar]) -> [Int] {
    var (ids, own): ([Int], [Unicode.Scalar]) = ([], [])
    var isFirst = true
    func flush() {
      if !own.isEmpty { ids += pieces(of: own, isFirst: isFirst) }
      (own, isFirst) = ([], false)
    }
    var place = 0
    while place < text.count {
      if let token = added[text[place]]?.first(where: { text[place...].starts(with: $0.text) }) {
        flush()
        ids.append(token.id)
        place += token.text.count
      } else {
        own.append(text[place])
        place += 1
      }
    }
    flush()
    return ids
  }

  private func pieces(of text: [Unicode.Scalar], isFirst: Bool) -> [Int] {
    let normal = normalisers.reduce(text) { $1.normalised($0) }
    let words = splitters.reduce([(text: normal, isFirst: isFirst)]) { words, splitter in
      words.flatMap { splitter.split($0.text, isFirst: $0.isFirst) }
    }
    return words.flatMap { word in
      switch model {
      case .unigram(let model): model.ids(of: word.text)
      case .pairs(let model): model.ids(of: word.text)
      }
    }
  }
}
