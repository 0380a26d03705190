import Foundation
import Testing
import XAI
import XAIFoundation
import XAITesting

@testable import XAITraining

@Suite struct ResumptionTests {
  private func task(_ folder: TemporaryFolder, seed: Int = 3) throws -> TrainingTask {
    let model = try smallModel()
    let classes = model.descriptor.classCount
    let recipe = try recipe(
      ("batch-size", "4"), ("epochs", "3"), ("learning-rate", "1e-3"), ("micro-batch", "2"),
      ("seed", "\(seed)"),
      ("crop", "resized"))
    return TrainingTask(
      model: model, training: formulaSplit(18, classes: classes, size: 24, damaged: [7]),
      validation: formulaSplit(5, classes: classes, name: "validation", damaged: [2]), recipe: recipe,
      folder: folder.path)
  }

  @Test(
    "stopped at any step and validation, it ends in the same bits", arguments: [1, 2, 4, 5, 9, 13, 14, 15])
  func stopped(after steps: Int) throws {
    let (whole, parts) = (TemporaryFolder(), TemporaryFolder())
    var trainer = try Trainer(task(whole), kernels: "test")
    _ = try trainer.run { _ in true }
    // Stops after some steps, again and again, and once in the middle of each validation.
    var runs = 0
    var validations = 0
    while true {
      runs += 1
      var trainer = try Trainer(task(parts), kernels: "test")
      var done = 0
      var stopsInValidation = validations < 2
      let outcome = try trainer.run { event in
        switch event {
        case .step: done += 1
        case .validating where stopsInValidation:
          stopsInValidation = false
          validations += 1
          return false
        default: break
        }
        return done < steps
      }
      if case .finished = outcome { break }
      #expect(runs < 30)
    }
    #expect(runs > 1)
    let expected = try #require(whole.bytes("model.safetensors"))
    #expect(parts.bytes("model.safetensors") == expected)
    #expect(parts.bytes("training.json") == whole.bytes("training.json"))
    #expect(parts.bytes("checkpoint.safetensors") == nil)
  }

  @Test("a model that no training made is neither replaced nor removed")
  func occupied() throws {
    let folder = TemporaryFolder()
    let model = try task(folder).model
    try model.write(to: folder.path)
    let weights = folder.bytes("model.safetensors")
    Trainer.restart(in: folder.path)
    #expect(throws: TrainingError.occupied(folder: folder.path)) {
      _ = try Trainer(task(folder), kernels: "test")
    }
    #expect(weights != nil && folder.bytes("model.safetensors") == weights)
  }

  @Test("halves of files that a killed run left are removed, and nothing else")
  func parts() throws {
    let folder = TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    let names = ["checkpoint.safetensors.1a2b.part", "model.safetensors.9.part", "notes.part", "a.jpg"]
    for name in names { try AtomicFile.write([1, 2, 3], to: "\(folder.path)/\(name)") }
    _ = try Trainer(task(folder), kernels: "test")
    #expect(names.map { folder.bytes($0) != nil } == [false, false, true, true])
  }

  @Test("the same task again does nothing, another one is refused by what differs")
  func again() throws {
    let folder = TemporaryFolder()
    var trainer = try Trainer(task(folder), kernels: "test")
    _ = try trainer.run { _ in true }
    var second = try Trainer(task(folder), kernels: "test")
    guard case .alreadyFinished(let record) = try second.run({ _ in true }) else {
      Issue.record("it trained again")
      return
    }
    #expect(record.skipped.map(\.identifier).sorted() == ["train-7", "validation-2"])
    #expect(throws: TrainingError.self) { try Trainer(task(folder, seed: 4), kernels: "test") }
    do {
      _ = try Trainer(task(folder, seed: 4), kernels: "test")
    } catch {
      #expect("\(error)".contains("seed: 3 there, 4 here"))
    }
    Trainer.restart(in: folder.path)
    #expect(folder.bytes("model.safetensors") == nil)
    _ = try Trainer(task(folder), kernels: "test")
  }

  @Test("a checkpoint that is cut short or of something else says so")
  func damaged() throws {
    let folder = TemporaryFolder()
    var trainer = try Trainer(task(folder), kernels: "test")
    _ = try trainer.run { if case .step = $0 { false } else { true } }
    let path = "\(folder.path)/checkpoint.safetensors"
    let bytes = try #require(folder.bytes("checkpoint.safetensors"))
    for length in [0, 7, 100, bytes.count / 2, bytes.count - 1] {
      try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
      #expect(throws: TrainingError.self, "\(length) bytes") { try Trainer(task(folder), kernels: "test") }
    }
    // A bit of a number makes another number, which only the checksum tells.
    for place in [bytes.count / 2, bytes.count - 2] {
      var flipped = bytes
      flipped[place] ^= 1
      try flipped.write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: TrainingError.self) { try Trainer(task(folder), kernels: "test") }
      #expect("\(String(describing: error))".contains("the file was damaged"), "byte \(place)")
    }
    try bytes.write(to: URL(fileURLWithPath: path))
    _ = try Trainer(task(folder), kernels: "test")
  }

  @Test("other weights to begin with are another training")
  func weights() throws {
    let folder = TemporaryFolder()
    var first = try task(folder)
    var trainer = try Trainer(first, kernels: "test")
    _ = try trainer.run { if case .step = $0 { false } else { true } }
    var random = SeededRandom(seed: 1)
    first.model = first.model.replacingHead(labels: first.model.descriptor.labels, random: &random)
    #expect(throws: TrainingError.self) { try Trainer(first, kernels: "test") }
  }
}
