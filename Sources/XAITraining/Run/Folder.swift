import XAICore
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
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileError.notCreatable(path: path, reason: "the folder can't be made")
    }
    if let checkpoint = try Checkpoint.state(in: path) {
      try check(checkpoint.state.fingerprint, fingerprint)
      return Found(checkpoint: checkpoint)
    }
    if let data = FileManager.default.contents(atPath: recordPath) {
      let record: TrainingRecord
      do { record = try JSONDecoder().decode(TrainingRecord.self, from: data) } catch {
        throw TrainingError.unusableCheckpoint(file: recordPath, reason: "it is no record of a training")
      }
      try check(record.fingerprint, fingerprint)
      return Found(record: record)
    }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    if files.contains(where: { $0 == "config.json" || ($0.hasSuffix(".safetensors")) }) {
      throw TrainingError.occupied(folder: path)
    }
    return nil
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
  func finish(_ model: any TrainableModel, _ record: TrainingRecord) throws {
    try model.write(to: path)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try AtomicFile.write(encoder.encode(record), to: recordPath)
    try? FileManager.default.removeItem(atPath: Checkpoint.path(in: path))
  }

  /// Removes what an earlier run left, so that a training begins anew.
  static func clear(_ path: String) {
    for name in ["checkpoint.safetensors", "training.json"] {
      try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
  }
}

extension Trainer {
  /// Removes the checkpoint and the record of an earlier run from a folder, so that a training begins anew there.
  public static func restart(in folder: String) {
    Folder.clear(folder)
  }
}
