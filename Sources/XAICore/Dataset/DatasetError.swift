/// Why a data set can't be used.
public enum DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A file or folder that the data set consists of is not there or can't be read.
  case missing(path: String, need: String)
  /// A list says something that can't be; lines count from 1.
  case malformed(file: String, line: Int?, reason: String)
  /// A class has no images.
  case emptyClass(name: String, place: String)
  /// A label is not among the classes.
  case unknownLabel(file: String, line: Int, label: String, known: String)
  /// There is no split of that name.
  case noSplit(name: String, dataset: String, known: [String])
  /// Nothing is left to work on.
  case empty(place: String)
  /// Options contradict one another or lack something.
  case invalidOptions(dataset: String, reason: String)

  public var description: String {
    switch self {
    case .missing(let path, let need): "\(path): \(need)"
    case .malformed(let file, let line, let reason):
      "\(file)\(line.map { ", line \($0)" } ?? ""): \(reason)"
    case .emptyClass(let name, let place):
      "\(place): the class '\(name)' has no pictures. Add some or remove the class."
    case .unknownLabel(let file, let line, let label, let known):
      "\(file), line \(line): the label '\(label)' is not among the classes (\(known))"
    case .noSplit(let name, let dataset, let known):
      known.isEmpty
        ? "\(dataset) has no split '\(name)', and no other"
        : "\(dataset) has no split '\(name)'; it has \(known.joined(separator: ", "))"
    case .empty(let place): "\(place): there are no pictures"
    case .invalidOptions(let dataset, let reason): "\(dataset): \(reason)"
    }
  }
}

extension DatasetError {
  /// Names in a message: all where they are few, otherwise the first and how many there are.
  package static func summary(of names: [String]) -> String {
    let most = 8
    return names.count <= most
      ? names.joined(separator: ", ")
      : names.prefix(most).joined(separator: ", ") + ", …, \(names.count) in all"
  }
}
