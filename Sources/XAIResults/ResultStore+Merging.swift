import XAIEvaluation
import XAIFoundation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a merge did.
public struct MergeReport: Hashable, Sendable {
  /// Images of the new database.
  public let imageCount: Int
  /// Names of images that several databases had, with the same results.
  public let duplicates: [String]
  /// Places of the sample that have no result.
  public let missing: [Int]
}

extension ResultStore {
  /// Puts the results of several databases of one experiment into a new one, which appears whole or not at all.
  ///
  /// - Parameters:
  ///   - paths: the databases, which stay as they are.
  ///   - path: the new one; nothing may stand there.
  ///   - isPartial: whether places of the sample may be without a result.
  /// - Throws: `MergeError` where the databases don't belong together, and `StoreError`.
  public static func merge(_ paths: [String], into path: String, isPartial: Bool = false) throws
    -> MergeReport
  {
    guard FileSystem.kind(of: path) == nil else { throw StoreError.occupied(path: path) }
    let sources = try MergeSources(paths)
    let missing = sources.missingPositions
    guard missing.isEmpty || isPartial else {
      throw MergeError.missing(positions: missing, shards: sources.shards(of: missing))
    }
    let part = "\(path).part"
    // A merge that was killed left its half; another one that is under way has its lock.
    try remove(at: part)
    defer { for suffix in ["", "-journal"] { unlink(part + suffix) } }
    let duplicates = try write(sources, to: part)
    try appear(part, at: path)
    return MergeReport(imageCount: sources.positions.count, duplicates: duplicates, missing: missing)
  }

  /// Writes all images, each once, and gives the names of those that came several times.
  private static func write(_ sources: MergeSources, to part: String) throws -> [String] {
    let store = try ResultStore(at: part, experiment: sources.experiment)
    // The file is stored on disk as a whole, before it gets its name.
    try store.connection.configure("PRAGMA synchronous = OFF")
    var duplicates: [String] = []
    let images = 64
    for start in stride(from: 0, to: sources.positions.count, by: images) {
      let chunk = sources.positions[start..<min(start + images, sources.positions.count)]
      try store.add(
        chunk.map { position in
          let (result, isDuplicate) = try sources.image(at: position)
          if isDuplicate { duplicates.append(result.identifier) }
          return result
        })
    }
    try store.connection.close()
    return duplicates
  }

  /// Stores a file on disk and gives it its name, unless something stands there by now.
  ///
  /// An `AtomicFile` would write the bytes itself, which SQLite does here, and would replace what stands there.
  private static func appear(_ part: String, at path: String) throws(StoreError) {
    let descriptor = open(part, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .notWritable(path: path, reason: systemReason()) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .notWritable(path: path, reason: systemReason()) }
    if link(part, path) == 0 { return }
    guard errno != EEXIST else { throw .occupied(path: path) }
    // Some file systems have no links.
    guard rename(part, path) == 0 else { throw .notCreatable(path: path, reason: systemReason()) }
  }
}

/// The databases of a merge.
private struct MergeSources {
  let experiment: Experiment
  /// Places of the sample that have a result, ascending.
  let positions: [Int]
  private let connections: [StoreConnection]
  /// The databases that have each place.
  private let owners: [Int: [Int]]

  init(_ paths: [String]) throws {
    connections = try paths.map { try StoreConnection.reading($0) }
    let experiments = try connections.map { try $0.experiment() }
    guard let first = experiments.first else { throw MergeError.nothing }
    for (path, other) in zip(paths, experiments) {
      let differences = first.differences(to: other)
      guard differences.isEmpty else {
        throw MergeError.otherExperiment(first: paths[0], second: path, differences: differences)
      }
    }
    experiment = first
    var owners: [Int: [Int]] = [:]
    for (index, connection) in connections.enumerated() {
      for position in try connection.positions() { owners[position, default: []].append(index) }
    }
    self.owners = owners
    positions = owners.keys.sorted()
  }

  var missingPositions: [Int] { (0..<experiment.data.sampleCount).filter { owners[$0] == nil } }

  /// The result of a place, and whether several databases have it.
  func image(at position: Int) throws -> (result: ImageResult, isDuplicate: Bool) {
    let owners = owners[position] ?? []
    let results = try owners.map { try connections[$0].image(at: position, of: experiment) }
    for (owner, result) in zip(owners, results) where result.found != results[0].found {
      throw MergeError.conflict(
        identifier: result.identifier, position: position, first: connections[owners[0]].path,
        second: connections[owner].path)
    }
    return (results.first { $0.thumbnail != nil } ?? results[0], results.count > 1)
  }

  /// The shards that places belong to, where all databases are of one division.
  func shards(of positions: [Int]) -> [String] {
    let texts = connections.map { (try? $0.meta(.shard)) ?? nil }
    let counts = Set(texts.map { $0.flatMap { $0.split(separator: "/").last.flatMap { Int($0) } } })
    guard counts.count == 1, let count = counts.first ?? nil, count > 0 else { return [] }
    return Set(positions.map { Shard.containing(position: $0, of: count).number }).sorted()
      .map { "\($0)/\(count)" }
  }
}

extension StoreConnection {
  fileprivate func image(at position: Int, of experiment: Experiment) throws(StoreError) -> ImageResult {
    try read { try ResultReader($0, experiment: experiment, path: path).image(at: position) }
  }
}

extension ImageResult {
  /// What was found: without the thumbnail, and without the words for a failure, which name folders.
  fileprivate var found: ImageResult {
    var result = self
    (result.thumbnail, result.failure) = (nil, failure.map { _ in "" })
    return result
  }
}

/// Why databases of results can't become one.
public enum MergeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There are no databases.
  case nothing
  /// Two databases are of different experiments; each difference names a field and both values.
  case otherExperiment(first: String, second: String, differences: [String])
  /// Two databases have different results for an image.
  case conflict(identifier: String, position: Int, first: String, second: String)
  /// Images have no result; the shards that they belong to where that is known.
  case missing(positions: [Int], shards: [String])

  public var description: String {
    switch self {
    case .nothing: "there are no databases to merge"
    case .otherExperiment(let first, let second, let differences):
      "\(first) and \(second) are of different experiments (there: the first, here: the second), in "
        + "\(differences.joined(separator: "; ")). Results of different experiments are never mixed."
    case .conflict(let identifier, let position, let first, let second):
      "\(first) and \(second) have different results for \(identifier) (place \(position) of the sample). Evaluate one of "
        + "them anew, on the machine that made the others."
    case .missing(let positions, let shards):
      "\(positions.count) \(positions.count == 1 ? "place" : "places") of the sample "
        + "\(positions.count == 1 ? "has" : "have") no result: \(Self.ranges(of: positions))"
        + (shards.isEmpty ? "" : ", of shard \(shards.joined(separator: ", "))")
        + ". Finish these first, or merge what is there without them."
    }
  }

  /// Ascending numbers, consecutive ones as a range; of many the first.
  private static func ranges(of positions: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for position in positions {
      if let last = ranges.last, last.upperBound + 1 == position {
        ranges[ranges.count - 1] = last.lowerBound...position
      } else {
        ranges.append(position...position)
      }
    }
    let texts = ranges.prefix(12).map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)"
    }
    return texts.joined(separator: ", ") + (ranges.count > 12 ? ", …" : "")
  }
}
