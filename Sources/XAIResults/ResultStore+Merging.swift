import GRDB
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
  /// Images that could not be evaluated, in the order of the sample.
  public let failures: [ImageFailure]
  /// Maps that could not be made, or lack a value.
  public let mapFailureCount: Int
}

extension ResultStore {
  /// Puts the results of several databases of one experiment into a new one, which appears whole or not at all.
  ///
  /// One of them is open at a time, however many there are.
  ///
  /// - Parameters:
  ///   - paths: the databases, which stay as they are.
  ///   - path: the new one; nothing may stand there.
  ///   - isPartial: whether places of the sample may be without a result.
  ///   - proceed: is asked between two transactions whether to go on.
  /// - Throws: `MergeError` where the databases don't belong together, `StoreError`, and `CancellationError`.
  public static func merge(
    _ paths: [String], into path: String, isPartial: Bool = false, proceed: () -> Bool = { true }
  ) throws -> MergeReport {
    guard FileSystem.kind(of: path) == nil else { throw StoreError.occupied(path: path) }
    let sources = try MergeSources(paths, proceed)
    let missing = sources.missingPositions
    guard missing.isEmpty || isPartial else {
      throw MergeError.missing(positions: missing, shards: sources.shards(of: missing))
    }
    let part = "\(path).part"
    // A merge that was killed left its half; another one that is under way has its lock.
    try remove(at: part)
    defer { for suffix in ["", "-journal"] { unlink(part + suffix) } }
    let store = try ResultStore(at: part, experiment: sources.experiment)
    // The file is stored on disk as a whole, before it gets its name.
    try store.connection.configure("PRAGMA synchronous = OFF")
    let duplicates = try store.add(sources, proceed)
    let (failures, mapFailures) = (try store.failures(), try store.mapFailures())
    try store.connection.close()
    try appear(part, at: path)
    return MergeReport(
      imageCount: sources.owners.count, duplicates: duplicates, missing: missing, failures: failures,
      mapFailureCount: mapFailures.reduce(0) { $0 + $1.count })
  }

  /// Writes all images, each once, and gives the names of those that came several times.
  private func add(_ sources: MergeSources, _ proceed: () -> Bool) throws -> [String] {
    var duplicates: [(position: Int, identifier: String)] = []
    for (number, path) in sources.paths.enumerated() {
      let source = try StoreConnection.reading(path)
      let positions = try source.positions()
      for start in stride(from: 0, to: positions.count, by: ResultStream.chunk) {
        guard proceed() else { throw CancellationError() }
        let chunk = positions[start..<min(start + ResultStream.chunk, positions.count)]
        let results = try source.images(at: chunk, of: experiment)
        try add(results.filter { sources.owners[$0.position] == number })
        for result in results {
          guard let owner = sources.owners[result.position], owner != number else { continue }
          try compare(result, of: path, with: sources.paths[owner])
          duplicates.append((result.position, result.identifier))
        }
      }
      for run in try source.runs() { try add(run) }
      for check in try source.kernelChecks() where try !hasKernelCheck(of: check.kernels) { try add(check) }
    }
    try connection.write { database in
      for (position, check) in sources.contents.checks {
        try SpotCheckRecord(position: position, identifier: check.identifier, content: check.content)
          .insert(database)
      }
      if let labels = sources.labels { try MetaRecord(key: .labels, value: labels).insert(database) }
    }
    return duplicates.sorted { $0.position < $1.position }.map(\.identifier)
  }

  /// Throws where an image that is there already has another result; what a later database adds to it is taken: a
  /// thumbnail with outlines, and the rank of the label.
  private func compare(_ result: ImageResult, of path: String, with first: String) throws {
    let known = try connection.images(at: [result.position][...], of: experiment)
    guard let known = known.first else { return }
    // Mixed kernels give numbers that differ in their last digits.
    guard known.found == result.found || known.kernels != result.kernels else {
      throw MergeError.conflict(
        identifier: result.identifier, position: result.position, first: first, second: path)
    }
    var completed = known
    if known.thumbnail == nil, let thumbnail = result.thumbnail {
      (completed.thumbnail, completed.outlines) = (thumbnail, result.outlines)
    }
    completed.labelRank = known.labelRank ?? result.labelRank
    if completed != known { try add([completed], replacing: true) }
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

/// The databases of a merge, which have been looked through.
private struct MergeSources {
  let paths: [String]
  let experiment: Experiment
  /// Which database each place of the sample is taken from: the first that has a result, if there is one that is no failure of
  /// reading.
  private(set) var owners: [Int: Int] = [:]
  private(set) var contents = Contents()
  /// A hash of the labels, where the databases say.
  private(set) var labels: String?
  /// The shards that the databases are of, as texts.
  private var shardTexts: [String?] = []

  init(_ paths: [String], _ proceed: () -> Bool) throws {
    self.paths = paths
    guard let first = paths.first else { throw MergeError.nothing }
    experiment = try StoreConnection.reading(first).experiment()
    var unread: Set<Int> = []
    for (number, path) in paths.enumerated() {
      guard proceed() else { throw CancellationError() }
      let connection = try StoreConnection.reading(path)
      let differences = experiment.differences(to: try connection.experiment())
      guard differences.isEmpty else {
        throw MergeError.otherExperiment(first: first, second: path, differences: differences)
      }
      let own = try connection.meta(.labels)
      if let labels, let own, labels != own { throw MergeError.otherLabels(first: first, second: path) }
      labels = labels ?? own
      shardTexts.append((try? connection.meta(.shard)) ?? nil)
      try contents.add(connection, number, paths)
      let failed = try connection.unreadPositions()
      for position in try connection.positions() {
        let isUnread = failed.contains(position)
        if owners[position] == nil || unread.contains(position) && !isUnread {
          owners[position] = number
          if isUnread { unread.insert(position) } else { unread.remove(position) }
        }
      }
    }
  }

  var missingPositions: [Int] { (0..<experiment.data.sampleCount).filter { owners[$0] == nil } }

  /// The shards that places belong to, where all databases are of one division.
  func shards(of positions: [Int]) -> [String] {
    let counts = Set(shardTexts.map { $0.flatMap { $0.split(separator: "/").last.flatMap { Int($0) } } })
    guard counts.count == 1, let count = counts.first ?? nil, count > 0 else { return [] }
    return Set(positions.map { Shard.containing(position: $0, of: count).number }).sorted()
      .map { "\($0)/\(count)" }
  }
}

/// What the images of a merge hold, as the databases say.
private struct Contents {
  /// The images that every shard looked at.
  private(set) var checks: [Int: SpotCheckRecord] = [:]
  /// What an image holds, and which database said so first.
  private var known: [Int: (content: String, owner: Int)] = [:]

  /// Throws where a database says of an image that it is another one than an earlier one says.
  mutating func add(_ connection: StoreConnection, _ number: Int, _ paths: [String]) throws {
    let own = try connection.read { try connection.spotChecks($0) }
    for check in own { checks[check.position] = checks[check.position] ?? check }
    for (position, content) in try connection.knownContents() {
      guard let other = known[position] else {
        known[position] = (content, number)
        continue
      }
      guard other.content == content else {
        let name = try connection.identifier(at: position) ?? checks[position]?.identifier
        throw MergeError.otherImage(
          identifier: name ?? "image \(position)", first: paths[other.owner], second: connection.path)
      }
    }
  }
}

extension StoreConnection {
  fileprivate func identifier(at position: Int) throws(StoreError) -> String? {
    try read {
      try String.fetchOne(
        $0, sql: "SELECT identifier FROM pictures WHERE position = ?", arguments: [position])
    }
  }

  /// The places whose image could not be read.
  fileprivate func unreadPositions() throws(StoreError) -> Set<Int> {
    try read { database in
      guard
        try database.columns(in: ImageRecord.databaseTableName).contains(where: { $0.name == "is_unread" })
      else { return [] }
      return Set(
        try Int.fetchAll(
          database, sql: "SELECT position FROM pictures WHERE failure IS NOT NULL AND is_unread"))
    }
  }
}

extension ImageResult {
  /// What was found: without the thumbnail and what is drawn over it, and without the words for a failure, which name folders.
  fileprivate var found: ImageResult {
    var result = self
    (result.thumbnail, result.failure, result.kernels) = (nil, failure.map { _ in "" }, nil)
    result.outlines = []
    // Databases of before don't say what the image was; where both do, they have been compared. Nor do they rank its label.
    (result.content, result.labelRank, result.isUnread) = (nil, nil, false)
    return result
  }
}

/// Why databases of results can't become one.
public enum MergeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There are no databases.
  case nothing
  /// Two databases are of different experiments; each difference names a field and both values.
  case otherExperiment(first: String, second: String, differences: [String])
  /// Two databases have results of different images under one name.
  case otherImage(identifier: String, first: String, second: String)
  /// Two databases have results of the same images with different labels.
  case otherLabels(first: String, second: String)
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
    case .otherImage(let identifier, let first, let second):
      "\(FileName.shown(first)) and \(FileName.shown(second)) have results of different images under the name "
        + "\(FileName.shown(identifier)), or of other labels, boxes or masks. Evaluate one of them anew, on the images of the "
        + "other."
    case .otherLabels(let first, let second):
      "\(FileName.shown(first)) and \(FileName.shown(second)) have results of the same images with different labels. Evaluate "
        + "one of them anew, with the labels of the other."
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
