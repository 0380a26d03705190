import XAICore
import XAIFoundation

/// Why classes of data and of a model can't be joined.
package struct ClassJoinError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was wrong, and what to do.
  package let description: String
}

extension ClassJoin {
  /// The classes of the data that are none of the model's, or may be several, among some.
  package func unmatched(among wanted: some Sequence<Int>) -> [Int] {
    Set(wanted).filter { index(of: $0) == nil }.sorted()
  }

  /// Throws for two classes of the data that are one of the model's.
  ///
  /// - Parameter wanted: the classes of the data that occur.
  package func checkIsOneToOne(among wanted: some Sequence<Int>) throws(ClassJoinError) {
    var owners: [Int: Int] = [:]
    for place in Set(wanted).sorted() {
      guard let index = index(of: place), let other = owners.updateValue(place, forKey: index) else {
        continue
      }
      throw ClassJoinError(
        description: "the classes '\(classes[other].name)' and '\(classes[place].name)' of the data are both "
          + "\(described(index)) of the model. Rename one, or put their images together.")
    }
  }

  /// Throws where classes of the data are none of the model's, or two are one.
  ///
  /// - Parameter wanted: the classes of the data that occur.
  package func check(among wanted: some Sequence<Int>) throws(ClassJoinError) {
    let wanted = Set(wanted)
    try checkIsOneToOne(among: wanted)
    let unmatched = unmatched(among: wanted)
    guard !unmatched.isEmpty else { return }
    throw ClassJoinError(description: refusal(of: unmatched, among: wanted.count))
  }

  private func refusal(of unmatched: [Int], among count: Int) -> String {
    if matching == .order {
      return "the data have \(counted(classes.count, "class", plural: "classes")) and the model has "
        + "\(grouped(labels.count)), so that there is no order to go by. Give the classes the model's names."
    }
    if matching == .imageNet, labels.count != ImageNet.labels.count {
      return "the model has \(grouped(labels.count)) classes, so that they are not ImageNet's thousand"
    }
    let ambiguous = unmatched.filter { if case .ambiguous = matches[$0] { true } else { false } }
    let absent = unmatched.filter { !ambiguous.contains($0) }
    var sentences: [String] = []
    if !absent.isEmpty {
      sentences.append(
        "\(grouped(absent.count)) of the \(grouped(count)) classes of the data "
          + "\(absent.count == 1 ? "is" : "are") not among the model's \(grouped(labels.count)): "
          + "\(listed(absent)).")
      let near = absent.prefix(3).compactMap(suggestion)
      if !near.isEmpty { sentences.append("Did you mean \(near.joined(separator: ", "))?") }
    }
    for place in ambiguous.prefix(4) {
      guard case .ambiguous(let candidates) = matches[place] else { continue }
      let named = candidates.prefix(6).map { "\($0) (\(labels[$0]))" }.joined(separator: ", ")
      sentences.append("'\(classes[place].name)' may be \(named)\(candidates.count > 6 ? ", …" : "").")
    }
    if ambiguous.count > 4 { sentences.append("So may \(grouped(ambiguous.count - 4)) more.") }
    sentences.append(advice(hasNumbers: ambiguous.contains { number(of: $0) != nil }))
    return sentences.joined(separator: " ")
  }

  private func advice(hasNumbers: Bool) -> String {
    "Call them as the model does or by their WordNet ids, "
      + (hasNumbers ? "say whether numbers are indices or names, " : "")
      + "leave their images out, or say that the classes are the model's in its order."
      + (labels.count == ImageNet.labels.count && labels.first == "class 0"
        ? " The model names none of its thousand classes; if they are ImageNet's, say so." : "")
  }

  private func suggestion(for place: Int) -> String? {
    guard number(of: place) == nil, let near = nearestNames(to: classes[place].name, among: labels).first
    else {
      return nil
    }
    return "'\(near)' by '\(classes[place].name)'"
  }

  private func number(of place: Int) -> Int? {
    classes[place].index ?? DatasetClass.wholeNumber(classes[place].name)
  }

  /// Class names of the data in a message: all where they are few, otherwise the first and how many there are.
  package func listed(_ places: some Collection<Int>) -> String {
    DatasetError.summary(of: places.map { "'\(classes[$0].name)'" })
  }

  private func described(_ index: Int) -> String { "class \(index) (\(labels[index]))" }

  /// How many classes were found by what: `10 by label, 2 by WordNet id`.
  ///
  /// - Parameter wanted: the classes of the data that occur.
  package func summary(among wanted: some Sequence<Int>) -> String {
    var places: [Means: [Int]] = [:]
    for place in Set(wanted).sorted() {
      if case .found(_, let means) = matches[place] { places[means, default: []].append(place) }
    }
    let parts = Means.allCases.compactMap { means -> String? in
      guard let found = places[means], let first = found.first, let index = index(of: first) else {
        return nil
      }
      // What is called otherwise in the model is shown by one of them.
      let example = means == .synonym ? " ('\(classes[first].name)' is '\(labels[index])')" : ""
      return "\(grouped(found.count)) by \(means.rawValue)\(example)"
    }
    return parts.joined(separator: ", ")
  }
}
