import XAIFoundation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// SentencePiece's table of what characters become before a text is cut, such as NFKC: a double array that is walked byte by byte
/// (Aoe 1989, "An efficient digital search algorithm by using a double-array structure"), and the texts that it leads to.
struct CharacterMap: Sendable {
  private let units: [UInt32]
  private let texts: [UInt8]

  /// Reads the table: the bytes of the double array, their number before them, and the texts, each ended by a zero.
  ///
  /// - Returns: nil for what is no such table.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 4 else { return nil }
    func unit(_ start: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * $1) }
    }
    let size = Int(unit(0))
    guard size % 4 == 0, size >= 4, size <= bytes.count - 4 else { return nil }
    units = (0..<size / 4).map { unit(4 + 4 * $0) }
    texts = Array(bytes[(4 + size)...])
  }

  init?(base64 text: String) {
    guard let data = Data(base64Encoded: text) else { return nil }
    self.init(Array(data))
  }

  /// The prefixes of a text that become something: how many bytes they have, and what they become; the shortest first.
  private func matches(_ key: some Collection<UInt8>) -> [(length: Int, text: [Unicode.Scalar])] {
    var found: [(length: Int, text: [Unicode.Scalar])] = []
    func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & (1 << 9)) >> 6)) }
    var node = offset(units[0])
    for (index, byte) in key.enumerated() {
      guard byte != 0 else { break }
      node ^= Int(byte)
      guard units.indices.contains(node), units[node] & (1 << 31 | 0xFF) == UInt32(byte) else { break }
      let unit = units[node]
      node ^= offset(unit)
      guard unit >> 8 & 1 == 1 else { continue }
      guard units.indices.contains(node) else { break }
      let start = Int(units[node] & (1 << 31 - 1))
      guard start <= texts.count else { break }
      let text = String(decoding: texts[start...].prefix { $0 != 0 }, as: UTF8.self)
      found.append((index + 1, Array(text.unicodeScalars)))
    }
    return found
  }

  /// As `tokenizers` applies it: whole characters of up to five bytes, or else each scalar, by the shortest match.
  func mapped(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text)
    return String(view).flatMap { character -> [Unicode.Scalar] in
      let bytes = Array(String(character).utf8)
      if bytes.count < 6, let match = matches(bytes).first { return match.text }
      return character.unicodeScalars.flatMap { scalar in
        matches(UTF8.encode(scalar).map(Array.init) ?? []).first?.text ?? [scalar]
      }
    }
  }

  /// As SentencePiece applies it at the start of a text: the longest match, or the first scalar as it is.
  ///
  /// - Returns: what it becomes, and how many bytes it took.
  func longest(_ bytes: ArraySlice<UInt8>, first scalar: Unicode.Scalar) -> (
    text: [Unicode.Scalar], length: Int
  ) {
    if let match = matches(bytes).last { return (match.text, match.length) }
    return ([scalar], UTF8.width(scalar))
  }
}
