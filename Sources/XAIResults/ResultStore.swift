public import XAIEvaluation
import XAIFoundation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The results of an evaluation in a SQLite file, one transaction an image.
///
/// A run that is killed loses the image that it was working on and nothing else. One run at a time writes a file; any
/// number read it meanwhile.
public final class ResultStore: Sendable {
  /// Where the file lies.
  public let path: String
  /// What decides the results.
  public let experiment: Experiment
  let connection: StoreConnection
  private let lock: StoreLock

  /// Resumes the database of an experiment, or makes it where there is none.
  ///
  /// - Parameters:
  ///   - path: the file; beside it lies `<path>.lock` while the store is open.
  ///   - experiment: what decides the results.
  ///   - shard: which part of the sample the file is for, as text; only messages use it.
  /// - Throws: `StoreError`: where the file holds something else, is damaged, or another run writes it. The file is then
  ///   as it was.
  public init(at path: String, experiment: Experiment, shard: String? = nil) throws {
    try Self.checkFolder(of: path)
    lock = try StoreLock(of: path)
    connection = try StoreConnection(path: path, isReadOnly: false)
    self.path = path
    self.experiment = experiment
    switch try connection.kind() {
    case .empty: try create(shard: shard)
    case .results:
      let differences = try connection.experiment().differences(to: experiment)
      guard differences.isEmpty else {
        throw StoreError.otherExperiment(path: path, differences: differences)
      }
    }
  }

  /// The places of the sample that have a result.
  public var donePositions: Set<Int> {
    get throws { Set(try connection.positions()) }
  }

  /// Keeps the result of an image: all of it, or where that fails nothing.
  public func add(_ result: PictureResult) throws {
    try add([result])
  }

  /// Removes the database of an earlier run, so that an evaluation begins anew.
  ///
  /// - Throws: `StoreError` where something else stands there or another run writes it.
  public static func remove(at path: String) throws {
    guard FileSystem.kind(of: path) != nil else { return }
    let lock = try StoreLock(of: path)
    guard FileSystem.kind(of: path) == .file, let file = StoreFile(path), file.isEmpty || file.isOwn else {
      throw StoreError.foreign(path: path, reason: "this program did not write it")
    }
    for suffix in ["", "-journal"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    guard FileSystem.kind(of: path) == nil else { throw StoreError.readOnly(path: path) }
    withExtendedLifetime(lock) {}
  }

  /// A lock in a folder that is not there would be the wrong thing to complain about.
  private static func checkFolder(of path: String) throws(StoreError) {
    let folder = FileSystem.folder(of: path)
    guard FileSystem.kind(of: folder) == .folder else {
      throw .notCreatable(path: path, reason: "there is no folder \(folder)")
    }
  }
}
