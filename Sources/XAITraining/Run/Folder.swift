import XAICore
package import XAIFoundation
import XAITensor
import XAIWeights

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The folder of a training: `checkpoint.safetensors` while it runs; the model's files and `training.json` after.
struct Folder {
  let path: String

  private var recordPath: String { "\(path)/training.json" }

  init(_ path: String) {
    self.path = path
  }

  /// What an earlier run left.
  struct Found {
    var record: TrainingRecord?
    var checkpoint: (file: SafetensorsFile, state: Checkpoint.State)?
  }

  /// Finds what an earlier run of the same training left; makes the folder where it is not there.
  ///
  /// - Throws: `TrainingError` where the folder holds something else.
  func resume(fingerprint: [String: String]) throws -> Found? {
    try FileSystem.makeFolder(path)
    removeParts()
    if let checkpoint = try Checkpoint.state(in: path) {
      try check(checkpoint.state.fingerprint, fingerprint)
      return Found(checkpoint: checkpoint)
    }
    if let bytes = try? FileContents.read(recordPath) {
      let record: TrainingRecord
      do { record = try JSONDecoder().decode(TrainingRecord.self, from: Data(bytes)) } catch {
        throw TrainingError.unusableCheckpoint(file: recordPath, reason: "it is no record of a training")
      }
      try check(record.fingerprint, fingerprint)
      return Found(record: record)
    }
    let files = ((try? FileSystem.entries(of: path)) ?? []).map(\.name)
    if files.contains(where: { $0 == "config.json" || ($0.hasSuffix(".safetensors")) }) {
      throw TrainingError.occupied(folder: path)
    }
    return nil
  }

  /// Removes the halves of checkpoints and weights that killed runs left: each may be as large as a whole one.
  private func removeParts() {
    for name in ((try? FileSystem.entries(of: path)) ?? []).map(\.name)
    where name.hasSuffix(".part") {
      guard name.hasPrefix("checkpoint.safetensors.") || name.hasPrefix("model.safetensors.") else {
        continue
      }
      FileSystem.removeFile("\(path)/\(name)")
    }
  }

  private func check(_ theirs: [String: String], _ ours: [String: String]) throws(TrainingError) {
    let differences = Set(theirs.keys).union(ours.keys).sorted().filter { theirs[$0] != ours[$0] }
    guard !differences.isEmpty else { return }
    throw .otherTraining(
      folder: path,
      differences: differences.map {
        "\($0): \(theirs[$0] ?? "nothing") there, \(ours[$0] ?? "nothing") here"
      })
  }

  /// Writes the model and the record, and removes the checkpoint last: killed in between, the run finishes again.
  func finish(_ model: any TrainableModel, _ record: TrainingRecord, type: StoredType) throws {
    try model.write(to: path, type: type)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try AtomicFile.write(encoder.encode(record), to: recordPath)
    FileSystem.removeFile(Checkpoint.path(in: path))
  }

  /// Removes what an earlier run left, so that a training begins anew; a model that no training made stays.
  static func clear(_ path: String) {
    let traces = ["checkpoint.safetensors", "training.json"]
    guard traces.contains(where: { FileSystem.kind(of: "\(path)/\($0)") != nil }) else { return }
    // What tells that a training made the model goes last.
    for name in ["model.safetensors", "config.json", "preprocessor_config.json"] + traces {
      FileSystem.removeFile("\(path)/\(name)")
    }
  }
}

extension Trainer {
  /// Takes a folder for one process, until the lock is let go; makes it where it is not there.
  ///
  /// - Throws: `TrainingError.inUse` where another process trains there.
  package static func lock(_ folder: String) throws -> FileLock {
    try FileSystem.makeFolder(folder)
    let file = "\(folder)/.training.lock"
    do throws(FileLock.Failure) {
      return try FileLock(at: file)
    } catch {
      switch error {
      case .inUse(let owner): throw TrainingError.inUse(folder: folder, by: owner)
      case .notCreatable(let reason): throw FileError.notCreatable(path: file, reason: reason)
      }
    }
  }

  /// Removes the checkpoint, the record and the model of an earlier run from a folder, so that a training begins anew
  /// there.
  public static func restart(in folder: String) {
    Folder.clear(folder)
  }
}
