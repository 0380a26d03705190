import XAIWeights

/// A `normalizer` of a `tokenizer.json`: what a text becomes before it is split.
enum Normaliser {
  case lower
  case stripped(left: Bool, right: Bool)
  /// Every place of the first text becomes the second.
  case replaced([Unicode.Scalar], [Unicode.Scalar])
  /// Runs of at least so many scalars of a kind become a text.
  case runs(Kind, atLeast: Int, [Unicode.Scalar])
  case mapped(CharacterMap)
  case before([Unicode.Scalar])

  /// What regular expressions of SigLIP's tokenizers look for.
  enum Kind {
    case space
    case blank
    case punctuation

    func contains(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .space: scalar.properties.isWhitespace
      case .blank: scalar == " "
      case .punctuation: TextCleaning.isPunctuation(scalar)
      }
    }
  }

  /// The steps of a normalizer, a sequence among them, in order.
  static func all(_ config: Configuration?) throws -> [Normaliser] {
    guard let config else { return [] }
    switch try config.string("type") {
    case "Sequence":
      guard case .array(let steps)? = config.optionalValue("normalizers") else { return [] }
      return try steps.flatMap { try all(Configuration($0, file: config.file)) }
    case "Lowercase": return [.lower]
    case "Strip":
      return [
        .stripped(
          left: try config.optionalBool("strip_left") ?? true,
          right: try config.optionalBool("strip_right") ?? true)
      ]
    case "Prepend": return [.before(Array(try config.string("prepend").unicodeScalars))]
    case "Replace": return [try replacement(config)]
    case "Precompiled":
      guard let map = CharacterMap(base64: try config.optionalString("precompiled_charsmap") ?? "") else {
        throw config.invalid("precompiled_charsmap", "is no table of SentencePiece's")
      }
      return [.mapped(map)]
    case let other:
      throw config.unsupported(
        "normalizer", value: "'\(other)'",
        supported: "Lowercase, Strip, Prepend, Replace, Precompiled and sequences of these")
    }
  }

  private static func replacement(_ config: Configuration) throws -> Normaliser {
    let content = Array(try config.string("content").unicodeScalars)
    if let text = try config.optionalString("pattern.String"), !text.isEmpty {
      return .replaced(Array(text.unicodeScalars), content)
    }
    let pattern = try config.optionalString("pattern.Regex") ?? ""
    switch pattern {
    case #"\s+"#: return .runs(.space, atLeast: 1, content)
    case " {2,}": return .runs(.blank, atLeast: 2, content)
    case ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"## where content.isEmpty:
      return .runs(.punctuation, atLeast: 1, content)
    default:
      throw config.unsupported(
        "pattern", value: "'\(pattern)'", supported: "texts, and the expressions of SigLIP's tokenizers")
    }
  }

  func normalised(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    switch self {
    case .lower: return text.flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) }
    case .stripped(let left, let right):
      var own = text[...]
      if left { own = own.drop { $0.properties.isWhitespace } }
      if right { while own.last?.properties.isWhitespace == true { own.removeLast() } }
      return Array(own)
    case .before(let start): return text.isEmpty ? text : start + text
    case .mapped(let map): return map.mapped(text)
    case .replaced(let old, let new):
      var (result, place): ([Unicode.Scalar], Int) = ([], 0)
      while place < text.count {
        if text[place...].starts(with: old) {
          result += new
          place += old.count
        } else {
          result.append(text[place])
          place += 1
        }
      }
      return result
    case .runs(let kind, let least, let new):
      var (result, place): ([Unicode.Scalar], Int) = ([], 0)
      while place < text.count {
        let run = text[place...].prefix { kind.contains($0) }
        if run.count >= least, !run.isEmpty {
          result += new
        } else {
          result += run.isEmpty ? text[place...place] : run
        }
        place += max(run.count, 1)
      }
      return result
    }
  }
}

/// A `pre_tokenizer` of a `tokenizer.json`: what a text is split into, whose pieces are made one by one.
enum Splitter {
  /// At white space, which is left out.
  case space
  /// Spaces become a sign, which begins each part; the sign is put before a text, or before the first part alone.
  case marked(Unicode.Scalar, before: Start, splits: Bool)
  /// Behind each space.
  case behindBlank

  enum Start {
    case every
    case first
    case none
  }

  /// The steps of a pre-tokenizer, a sequence among them, in order.
  static func all(_ config: Configuration?) throws -> [Splitter] {
    guard let config else { return [] }
    switch try config.string("type") {
    case "Sequence":
      guard case .array(let steps)? = config.optionalValue("pretokenizers") else { return [] }
      return try steps.flatMap { try all(Configuration($0, file: config.file)) }
    case "WhitespaceSplit": return [.space]
    case "Metaspace":
      guard let sign = try config.string("replacement").unicodeScalars.first else {
        throw config.invalid("replacement", "is empty")
      }
      let start: Start
      switch try config.optionalString("prepend_scheme") {
      case "always": start = .every
      case "first": start = .first
      case "never": start = .none
      default: start = try config.optionalBool("add_prefix_space") ?? true ? .every : .none
      }
      return [.marked(sign, before: start, splits: try config.optionalBool("split") ?? true)]
    case "Split":
      guard try config.optionalString("pattern.String") == " ",
        try config.optionalString("behavior") == "MergedWithPrevious",
        try config.optionalBool("invert") != true
      else {
        throw config.unsupported(
          "pre_tokenizer", value: "another 'Split'", supported: "that of Gemma, behind each space")
      }
      return [.behindBlank]
    case let other:
      throw config.unsupported(
        "pre_tokenizer", value: "'\(other)'",
        supported: "WhitespaceSplit, Metaspace, Gemma's Split and sequences of these")
    }
  }

  /// The parts of a text, which is the first or one behind it.
  func split(_ text: [Unicode.Scalar], isFirst: Bool) -> [(text: [Unicode.Scalar], isFirst: Bool)] {
    var parts: [[Unicode.Scalar]] = []
    switch self {
    case .space:
      parts = text.split { $0.properties.isWhitespace }.map { Array($0) }
      // Only the part at the very start of a text is its first.
      let startsWithSpace = text.first?.properties.isWhitespace ?? false
      return parts.enumerated().map { ($0.element, isFirst && $0.offset == 0 && !startsWithSpace) }
    case .marked(let sign, let start, let splits):
      var own = text.map { $0 == " " ? sign : $0 }
      if start == .every || (start == .first && isFirst), own.first != sign { own = [sign] + own }
      guard splits else { return [(own, isFirst)] }
      for scalar in own {
        if scalar == sign || parts.isEmpty { parts.append([]) }
        parts[parts.count - 1].append(scalar)
      }
    case .behindBlank:
      for scalar in text {
        if parts.isEmpty || parts[parts.count - 1].last == " " { parts.append([]) }
        parts[parts.count - 1].append(scalar)
      }
    }
    return parts.enumerated().map { ($0.element, isFirst && $0.offset == 0) }
  }
}
