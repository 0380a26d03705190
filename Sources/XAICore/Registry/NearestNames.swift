import XAIFoundation

/// Names close to a mistyped one, nearest first: edit distance at most a third of the length, and never more than 3.
package func nearestNames(to name: String, among known: [String]) -> [String] {
  let wanted = Array(name.lowercased())
  let bound = min(3, max(1, wanted.count / 3))
  return known.map { (name: $0, distance: editDistance(wanted, Array($0.lowercased()))) }
    .filter { $0.distance <= bound || $0.name.lowercased().hasPrefix(name.lowercased()) }
    .ordered { ($0.distance, $0.name) < ($1.distance, $1.name) }
    .map(\.name)
}

/// `; did you mean …?` for a mistyped name, or nothing.
func suggestion(for name: String, among known: [String]) -> String {
  nearestNames(to: name, among: known).first.map { "; did you mean '\($0)'?" } ?? ""
}

/// The least number of insertions, deletions, substitutions and swaps of neighbours that turn one text into the other,
/// no place being changed twice.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var distance = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { distance = min(distance, beforeLast[j - 1] + 1) }
      row.append(distance)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
