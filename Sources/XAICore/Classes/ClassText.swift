/// What the text that names a class says: its names, and its WordNet id where it has one.
///
/// Labels of ImageNet's models have several names with commas between: `great white shark, white shark, man-eater`.
/// Folders are called by an id, `n01440764`, or by id and name, `n02085620-Chihuahua`.
package struct ClassText {
  /// The text as it is.
  package let text: String
  /// `n` and eight digits, where the text is or begins with a WordNet id.
  package let wordNetID: String?
  /// All names, with commas between.
  package let whole: String
  /// The names, normalised, each once.
  package let names: [String]

  /// Reads what a text says.
  package init(_ text: String) {
    self.text = text
    let id = Self.wordNetID(in: text)
    let rest = id == nil ? Substring(text) : text.dropFirst(9)
    wordNetID = id
    var seen: Set<String> = []
    names = rest.split(separator: ",").map(Self.normalised).filter { !$0.isEmpty && seen.insert($0).inserted }
    whole = names.joined(separator: ", ")
  }

  /// The text in small letters, with one space for each run of spaces, underscores and hyphens and none at the ends.
  ///
  /// Swift takes texts for equal that differ only in how an accent is composed, which is Unicode's canonical equivalence.
  static func normalised(_ text: some StringProtocol) -> String {
    var result = ""
    var isApart = false
    for character in text.lowercased() {
      if character == "_" || character == "-" || character.isWhitespace {
        isApart = !result.isEmpty
      } else {
        if isApart { result.append(" ") }
        isApart = false
        result.append(character)
      }
    }
    return result
  }

  /// The WordNet id that a text is or begins with: no letter or digit follows it.
  private static func wordNetID(in text: String) -> String? {
    let bytes = text.utf8.prefix(9)
    guard bytes.count == 9, bytes.first == UInt8(ascii: "n"),
      bytes.dropFirst().allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    let next = text.dropFirst(9).first
    guard next.map({ !$0.isLetter && !$0.isNumber }) ?? true else { return nil }
    return String(text.prefix(9))
  }
}
