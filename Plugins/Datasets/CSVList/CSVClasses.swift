import XAICore

/// The classes of a list, and which of them each label text stands for.
struct CSVClasses {
  /// More classes than any classifier has; a slip in an index would otherwise make names for all below it.
  private static let mostClasses = 100_000

  let names: [String]
  /// The class index of each label text.
  let indices: [Int]

  /// Says which classes the labels stand for.
  ///
  /// With a file of names a label is a name or an index. Without, the labels are indices where the first one is a
  /// number, and otherwise names.
  init(of labels: [CSVPictures.Label], in list: String, names file: String?) throws {
    if let file {
      names = try Self.names(in: file)
      indices = try Self.indices(of: labels, in: list, among: names)
    } else if let first = labels.first, Int(first.text) != nil {
      indices = try labels.map { label in
        guard let index = Int(label.text), (0..<Self.mostClasses).contains(index) else {
          throw DatasetError.unknownLabel(
            file: list, line: label.line, label: label.text,
            known:
              "the first label is a number, so all are class indices from 0 to less than \(Self.mostClasses); "
              + "the option labels names a file of class names")
        }
        return index
      }
      names = (0...(indices.max() ?? 0)).map { "class \($0)" }
    } else {
      let sorted = labels.map(\.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      let places = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
      names = sorted
      indices = labels.compactMap { places[$0.text] }
    }
  }

  private static func names(in file: String) throws -> [String] {
    let lines = try TextFile.lines(of: file, need: "the class names")
    guard !lines.isEmpty else {
      throw DatasetError.malformed(file: file, line: nil, reason: "there are no names")
    }
    return try lines.enumerated().map { index, line in
      let name = try TextFile.text(line, file: file, line: index + 1).trimmingSpaces
      guard !name.isEmpty else {
        throw DatasetError.malformed(
          file: file, line: index + 1, reason: "the name of class \(index) is empty. Each line names a class."
        )
      }
      return name
    }
  }

  private static func indices(
    of labels: [CSVPictures.Label], in list: String, among names: [String]
  ) throws -> [Int] {
    let places = Dictionary(grouping: names.indices) { names[$0] }
    return try labels.map { label in
      if let classes = places[label.text] {
        guard classes.count == 1 else {
          throw DatasetError.malformed(
            file: list, line: label.line,
            reason: "the label '\(label.text)' is the name of the classes "
              + "\(classes.map(String.init).joined(separator: " and ")). Write the index.")
        }
        return classes[0]
      }
      guard let index = Int(label.text), names.indices.contains(index) else {
        throw DatasetError.unknownLabel(
          file: list, line: label.line, label: label.text,
          known: "0 to \(names.count - 1): \(DatasetError.summary(of: names))")
      }
      return index
    }
  }
}
