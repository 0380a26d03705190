import XAIFoundation

/// Byte pairs over characters: neighbours are joined in the order in which they were learned (Sennrich and others 2016, arXiv
/// 1508.07909); a character that has no piece is its bytes.
struct BytePairs: Sendable {
  /// The numbers of pieces, by their bytes: to Swift's strings, composed and decomposed characters are one.
  private let vocabulary: [[UInt8]: Int]
  /// What a pair becomes, and when.
  private let joins: [Pair: Join]
  private let unknown: Int?
  /// The pieces of the 256 bytes; empty where there are none.
  private let bytes: [Int]

  private struct Pair: Hashable {
    let first: Int
    let second: Int
  }

  private struct Join {
    let rank: Int
    let id: Int
  }

  /// Takes a vocabulary and pairs, the first to be joined first.
  ///
  /// - Returns: nil where a pair or what it becomes is no piece.
  init?(
    vocabulary pieces: [(text: String, id: Int)], pairs: [(String, String)], unknown: String?,
    usesBytes: Bool
  ) {
    var vocabulary: [[UInt8]: Int] = [:]
    for piece in pieces { vocabulary[Array(piece.text.utf8)] = piece.id }
    var joins: [Pair: Join] = [:]
    for (rank, pair) in pairs.enumerated() {
      let (first, second) = (Array(pair.0.utf8), Array(pair.1.utf8))
      guard let a = vocabulary[first], let b = vocabulary[second], let id = vocabulary[first + second] else {
        return nil
      }
      joins[Pair(first: a, second: b)] = Join(rank: rank, id: id)
    }
    let ofBytes = (0..<256).compactMap { byte -> Int? in
      let digits = String(byte, radix: 16, uppercase: true)
      return vocabulary[Array("<0x\(byte < 16 ? "0" : "")\(digits)>".utf8)]
    }
    (self.vocabulary, self.joins) = (vocabulary, joins)
    self.unknown = unknown.flatMap { vocabulary[Array($0.utf8)] }
    bytes = usesBytes && ofBytes.count == 256 ? ofBytes : []
  }

  var largest: Int { vocabulary.values.max() ?? 0 }

  /// The number of a piece.
  func number(_ piece: String) -> Int? { vocabulary[Array(piece.utf8)] }

  /// The pieces of a text; what has none in a row is one unknown piece.
  func ids(of text: some Collection<Unicode.Scalar>) -> [Int] {
    var ids: [Int] = []
    for scalar in text {
      let encoded = Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      if let id = vocabulary[encoded] {
        ids.append(id)
      } else if !bytes.isEmpty {
        ids += encoded.map { bytes[Int($0)] }
      } else if let unknown, ids.last != unknown {
        ids.append(unknown)
      }
    }
    return joined(ids)
  }

  /// Joins the pair that was learned first, of equal ones the first, until there is none.
  private func joined(_ ids: [Int]) -> [Int] {
    var ids = ids
    func join(_ place: Int) -> Join? {
      place >= 0 && place + 1 < ids.count ? joins[Pair(first: ids[place], second: ids[place + 1])] : nil
    }
    var found = ids.indices.map(join)
    while true {
      var best: (place: Int, join: Join)?
      for (place, join) in found.enumerated() {
        if let join, join.rank < best?.join.rank ?? .max { best = (place, join) }
      }
      guard let best else { return ids }
      ids[best.place] = best.join.id
      ids.remove(at: best.place + 1)
      found.remove(at: best.place + 1)
      for place in [best.place - 1, best.place] where place >= 0 { found[place] = join(place) }
    }
  }
}
