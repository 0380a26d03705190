import XAIEvaluation

/// Which images a page shows: all that have a thumbnail, or of many an even choice, which is found while they come one by one.
struct ShownImages {
  /// At most so many are shown: each is in the page with all of its maps.
  static let most = 400

  /// How many images with a thumbnail there were.
  private(set) var count = 0
  /// The chosen ones, by their index among those that were evaluated.
  private(set) var chosen: [Int] = []
  private var stride = 1

  /// Looks at the next image with a thumbnail; gives those that are no longer chosen, which may be itself.
  ///
  /// Each `stride`-th is chosen, and where that is too many each second of these.
  mutating func add(_ index: Int) -> [Int] {
    defer { count += 1 }
    guard count % stride == 0 else { return [index] }
    chosen.append(index)
    guard chosen.count > Self.most else { return [] }
    stride *= 2
    let dropped = chosen.indices.filter { $0 % 2 == 1 }.map { chosen[$0] }
    chosen = chosen.indices.filter { $0 % 2 == 0 }.map { chosen[$0] }
    return dropped
  }
}
