import XAIFoundation

/// A unigram language model of pieces: the most likely way to cut a text (Kudo 2018, arXiv 1804.10959, section 3.2).
struct Unigram: Sendable {
  /// The pieces by their bytes, as a tree: where a byte leads from a node, and the piece that ends there.
  private var edges: [UInt64: Int] = [:]
  private var ends: [Int: Int] = [:]
  private var scores: [Double]
  private let unknown: Int
  private let unknownScore: Double

  /// What a piece that isn't there costs, below the least likely one.
  private static let penalty = 10.0

  /// Takes pieces with the logarithms of their probabilities.
  ///
  /// - Parameters:
  ///   - pieces: by their numbers.
  ///   - unknown: the number of what has no piece.
  ///   - isMatched: whether a text can hold the piece of a number.
  init(_ pieces: [(text: String, score: Double)], unknown: Int, isMatched: (Int) -> Bool = { _ in true }) {
    scores = pieces.map(\.score)
    self.unknown = unknown
    let least = pieces.indices.filter(isMatched).map { pieces[$0].score }.min() ?? 0
    unknownScore = least - Self.penalty
    var count = 1
    for (id, piece) in pieces.enumerated() where !piece.text.isEmpty && isMatched(id) {
      var node = 0
      for byte in piece.text.utf8 {
        let edge = UInt64(node) << 8 | UInt64(byte)
        if let next = edges[edge] {
          node = next
        } else {
          edges[edge] = count
          node = count
          count += 1
        }
      }
      ends[node] = id
    }
  }

  var largest: Int { scores.count - 1 }

  /// The pieces of the most likely way to cut a text; what has none in a row is one unknown piece.
  func ids(of text: some Collection<Unicode.Scalar>) -> [Int] {
    var bytes: [UInt8] = []
    var starts: [Int] = []
    for scalar in text {
      starts.append(bytes.count)
      bytes += Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
    starts.append(bytes.count)
    /// The best way to each place: its score, where its last piece begins, and which it is.
    var best: [(score: Double, start: Int, id: Int)?] = Array(repeating: nil, count: bytes.count + 1)
    best[0] = (0, 0, unknown)
    func offer(_ score: Double, _ id: Int, from start: Int, to end: Int) {
      if let known = best[end], known.score >= score { return }
      best[end] = (score, start, id)
    }
    for (start, next) in zip(starts, starts.dropFirst()) {
      let score = best[start]?.score ?? 0
      var (node, isCovered) = (0, false)
      for end in start..<bytes.count {
        guard let edge = edges[UInt64(node) << 8 | UInt64(bytes[end])] else { break }
        node = edge
        guard let id = ends[node] else { continue }
        offer(score + scores[id], id, from: start, to: end + 1)
        isCovered = isCovered || end + 1 == next
      }
      if !isCovered { offer(score + unknownScore, unknown, from: start, to: next) }
    }
    var ids: [Int] = []
    var end = bytes.count
    while end > 0, let step = best[end] {
      if step.id != unknown || ids.last != unknown { ids.append(step.id) }
      end = step.start
    }
    return ids.reversed()
  }
}
