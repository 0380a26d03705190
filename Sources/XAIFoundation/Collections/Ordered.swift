extension Sequence {
  /// The elements as `sorted(by:)` gives them, for lists that are short or rarely sorted.
  ///
  /// The compiler makes 3 KB of machine code for each type and each closure that `sorted(by:)` sorts by, and a build takes
  /// longer for it. This sorts places and is compiled once.
  package func ordered(by isBefore: (Element, Element) -> Bool) -> [Element] {
    let elements = Array(self)
    return places(elements.count) { isBefore(elements[$0], elements[$1]) }.map { elements[$0] }
  }
}

/// The numbers below `count`, sorted.
@inline(never)
private func places(_ count: Int, by isBefore: (Int, Int) -> Bool) -> [Int] {
  (0..<count).sorted(by: isBefore)
}
