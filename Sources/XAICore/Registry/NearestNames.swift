/// Names close to a mistyped one, nearest first: edit distance at most a third of the length, and never more than 3.
public func nearestNames(to name: String, among known: [String]) -> [String] {
  let wanted = Array(name.lowercased())
  let bound = min(3, max(1, wanted.count / 3))
  return known.map { (name: $0, distance: editDistance(wanted, Array($0.lowercased()))) }
    .filter { $0.distance <= bound || $0.name.lowercased().hasPrefix(name.lowercased()) }
    .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
    .map(\.name)
}

/// `; did you mean …?` for a mistyped name, or nothing.
func suggestion(for name: String, among known: [String]) -> String {
  nearestNames(to: name, among: known).first.map { "; did you mean '\($0)'?" } ?? ""
}

/// Levenshtein's distance: insertions, deletions and substitutions that turn one text into the other.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let substituted = diagonal + (x == y ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
