/// What is done to a text before it is split into pieces.
enum TextCleaning: Hashable, Sendable {
  /// Nothing.
  case none
  /// Letters become small ones.
  case lower
  /// SigLIP's canonical form: small letters, no punctuation of ASCII, single spaces; `start` is put before the text first.
  case canonical(start: String)
  /// The same as OpenCLIP does it: `_` is a space.
  case openCLIP

  func cleaned(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    switch self {
    case .none: return text
    case .lower: return text.flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) }
    case .canonical(let start):
      let lower = Self.lower(Array(start.unicodeScalars) + text)
      return Self.singleSpaced(lower.filter { !Self.isPunctuation($0) })
    case .openCLIP:
      let kept = text.map { $0 == "_" ? " " : $0 }.filter { !Self.isPunctuation($0) }
      return Self.singleSpaced(Self.lower(kept))
    }
  }

  /// Python's `string.punctuation`: what ASCII has beside letters, digits and white space.
  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    (0x21...0x7E).contains(scalar.value)
      && !(0x30...0x39).contains(scalar.value) && !(0x41...0x5A).contains(scalar.value)
      && !(0x61...0x7A).contains(scalar.value)
  }

  /// What Python takes for white space: that of Unicode, and the separators of ASCII.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
  }

  /// Runs of white space as one space, none at the ends.
  static func singleSpaced(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    Array(text.split(whereSeparator: isSpace).joined(separator: CollectionOfOne(" ")))
  }

  /// Small letters; a sigma at the end of a word is that of an end, as in Python (Unicode, section 3.13, Final_Sigma).
  static func lower(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    text.indices.flatMap { index -> [Unicode.Scalar] in
      guard text[index] == "\u{3A3}" else {
        return Array(text[index].properties.lowercaseMapping.unicodeScalars)
      }
      func isCased(_ others: some Sequence<Unicode.Scalar>) -> Bool {
        others.first { !$0.properties.isCaseIgnorable }?.properties.isCased ?? false
      }
      let isLast = isCased(text[..<index].reversed()) && !isCased(text[(index + 1)...])
      return [isLast ? "\u{3C2}" : "\u{3C3}"]
    }
  }
}
