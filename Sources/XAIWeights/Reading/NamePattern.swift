/// A pattern of tensor names: `*` stands for any characters, a dot at the end for everything below that branch.
struct NamePattern: Sendable {
  private let pattern: [UInt8]

  init(_ pattern: String) { self.pattern = Array((pattern.hasSuffix(".") ? pattern + "*" : pattern).utf8) }

  /// Whether a whole name fits the pattern.
  ///
  /// Goes from left to right; after a mismatch, lets the last star take one more character. Earlier stars need no
  /// other try, so the time is bounded by the product of the lengths.
  func matches(_ name: String) -> Bool {
    let name = Array(name.utf8)
    var index = 0
    var position = 0
    var retry: (afterStar: Int, start: Int)?
    while index < name.count {
      if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
        position += 1
        retry = (position, index)
      } else if position < pattern.count, pattern[position] == name[index] {
        position += 1
        index += 1
      } else if let (afterStar, start) = retry {
        retry = (afterStar, start + 1)
        position = afterStar
        index = start + 1
      } else {
        return false
      }
    }
    return pattern[position...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
