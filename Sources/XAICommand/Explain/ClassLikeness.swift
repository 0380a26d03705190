import XAICore

/// Which classes of an image have the same maps.
///
/// Two maps are the same where they order the patches alike, by a rank correlation of at least 0.99: whoever looks at them
/// sees no difference, and none is meant where a method hardly depends on the class.
struct ClassLikeness {
  static let least = 0.99

  /// The classes, each once.
  private let classes: [Int]
  /// `isAlike[explainer][a][b]` of two classes; empty where an explainer has no maps.
  private let isAlike: [[[Bool]]]

  /// Compares the maps of each explainer, one a class; flat ones are like no other.
  init(_ maps: [[Attribution]?], classes all: [Int]) {
    var seen: Set<Int> = []
    let places = all.indices.filter { seen.insert(all[$0]).inserted }
    classes = places.map { all[$0] }
    isAlike = maps.map { maps in
      guard let maps, places.count > 1 else { return [] }
      return places.map { a in
        places.map { b in
          a != b && (rankCorrelation(maps[a].scores, maps[b].scores) ?? 0) >= Self.least
        }
      }
    }
  }

  /// The other classes whose map by an explainer is that of a class.
  func classes(alikeTo classIndex: Int, by explainer: Int) -> [Int] {
    guard !isAlike[explainer].isEmpty, let place = classes.firstIndex(of: classIndex) else { return [] }
    return classes.indices.filter { isAlike[explainer][place][$0] }.map { classes[$0] }
  }

  /// The classes with a map like another's; nil where there are none.
  func alike(by explainer: Int) -> [Int]? {
    let found = classes.filter { !classes(alikeTo: $0, by: explainer).isEmpty }
    return found.isEmpty ? nil : found
  }

  /// Whether an explainer has maps of several classes, no two of them the same.
  func tellsApart(_ explainer: Int) -> Bool { !isAlike[explainer].isEmpty && alike(by: explainer) == nil }
}
