import XAICore

/// The classes of a list, and which of them each label text stands for.
struct CSVClasses {
  /// More classes than any classifier has; a slip in an index would otherwise make names for all below it.
  private static let mostClasses = 100_000

  let classes: [DatasetClass]
  /// The class index of each label text.
  let indices: [Int]

  /// Says which classes the labels stand for.
  ///
  /// With a file of names a label is a name or an index. Without, labels are indices where all are whole numbers, with or
  /// without the `.0` that tables of floating-point numbers have, and otherwise names.
  init(of labels: [CSVImages.Label], names file: String?) throws {
    if let file {
      let names = try Self.names(in: file)
      classes = names.map { DatasetClass($0) }
      indices = try Self.indices(of: labels, among: names)
    } else if !labels.isEmpty, labels.allSatisfy({ Double($0.text) != nil }) {
      indices = try Self.numbers(labels)
      classes = (0...(indices.max() ?? 0)).map { DatasetClass("class \($0)", index: $0) }
    } else {
      let sorted = labels.indices.sorted {
        labels[$0].text.utf8.lexicographicallyPrecedes(labels[$1].text.utf8)
      }
      var places = Array(repeating: 0, count: labels.count)
      for (place, label) in sorted.enumerated() { places[label] = place }
      classes = sorted.map { DatasetClass(labels[$0].text) }
      indices = places
    }
  }

  /// The index that each label is: a whole number from 0.
  private static func numbers(_ labels: [CSVImages.Label]) throws -> [Int] {
    var digits: [Int: Substring] = [:]
    return try labels.map { label in
      func refused(_ reason: String) -> DatasetError {
        .unknownLabel(file: label.list, line: label.line, label: label.text, known: reason)
      }
      guard let index = DatasetClass.wholeNumber(label.text), index < mostClasses else {
        throw refused(
          "all labels are numbers, and so class indices: whole numbers from 0 to less than \(mostClasses). "
            + "An image without a class has an empty label; the option labels names a file of class names")
      }
      let text = label.text.prefix { $0 != "." }
      guard digits.updateValue(text, forKey: index).map({ $0 == text }) ?? true else {
        throw refused("it is the number \(index), which another label writes otherwise; write all alike")
      }
      return index
    }
  }

  private static func names(in file: String) throws -> [String] {
    let lines = try TextFile.lines(of: file, need: "the class names")
    guard !lines.isEmpty else {
      throw DatasetError.malformed(file: file, line: nil, reason: "there are no names")
    }
    let names = try lines.enumerated().map { index, line in
      let name = try TextFile.text(line, file: file, line: index + 1).trimmingSpaces
      guard !name.isEmpty else {
        throw DatasetError.malformed(
          file: file, line: index + 1, reason: "the name of class \(index) is empty. Each line names a class."
        )
      }
      return name
    }
    try DatasetClass.checkAppearance(of: names, place: file)
    return names
  }

  private static func indices(of labels: [CSVImages.Label], among names: [String]) throws -> [Int] {
    let places = Dictionary(grouping: names.indices) { names[$0] }
    // Numbers are names where all of them are.
    let areNames = labels.allSatisfy { places[$0.text] != nil }
    return try labels.map { label in
      func malformed(_ reason: String) -> DatasetError {
        .malformed(file: label.list, line: label.line, reason: "the label '\(label.text)' \(reason)")
      }
      let number = DatasetClass.wholeNumber(label.text).flatMap { names.indices.contains($0) ? $0 : nil }
      if let classes = places[label.text] {
        guard classes.count == 1 else {
          throw malformed(
            "is the name of the classes \(classes.map(String.init).joined(separator: " and ")). Write the index."
          )
        }
        guard areNames || number == nil || number == classes[0] else {
          throw malformed(
            "is the name of class \(classes[0]) and the index of '\(names[number ?? 0])', and other labels are no names. "
              + "Write names alone, or indices alone.")
        }
        return classes[0]
      }
      guard let number else {
        throw DatasetError.unknownLabel(
          file: label.list, line: label.line, label: label.text,
          known: "0 to \(names.count - 1): \(DatasetError.summary(of: names))")
      }
      return number
    }
  }
}
