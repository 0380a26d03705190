import Foundation
import Synchronization
import Testing
import XAI
import XAIFoundation
import XAITesting

@testable import XAITraining

@Suite struct TrainerTests {
  private func task(
    _ folder: TemporaryFolder, damaged: Set<Int> = [], _ options: (key: String, value: String)...
  ) throws -> TrainingTask {
    let model = try smallModel()
    return TrainingTask(
      model: model, training: formulaSplit(12, classes: model.descriptor.classCount, damaged: damaged),
      validation: nil,
      recipe: try Recipe(
        [("batch-size", "4"), ("micro-batch", "4"), ("epochs", "4")] + options, of: "train"),
      folder: folder.path)
  }

  @Test("training the head alone leaves everything else as it is")
  func head() throws {
    let folder = TemporaryFolder()
    let task = try task(folder, ("scope", "head"), ("learning-rate", "1e-2"))
    var trainer = try Trainer(task, kernels: "test")
    _ = try trainer.run { _ in true }
    let file = try SafetensorsFile(path: "\(folder.path)/model.safetensors")
    for parameter in task.model.parameters {
      let isSame = try file.tensor(parameter.name).elements == parameter.tensor.elements
      #expect(isSame == !parameter.isHead, "\(parameter.name)")
    }
  }

  @Test("one image is open at a time, also where training and validation load side by side")
  func imagesInTurn() throws {
    let doorway = Doorway()
    let split = DatasetSplit(
      name: "train", count: 6, identifier: { "\($0)" }, label: { _ in 0 },
      sample: { index in
        doorway.pass()
        return Sample(image: formulaImage(index, height: 16, width: 16), label: 0)
      })
    let preprocessing = try smallModel().descriptor.preprocessing
    let augmentation = Augmentation(recipe: try recipe(), preprocessing: preprocessing, height: 16, width: 16)
    let plain = BatchLoader(split, preprocessing: preprocessing)
    let augmented = BatchLoader(
      split, augmentation: augmentation, preprocessing: preprocessing, seed: 1, epoch: 0)
    let loads = [plain, augmented].map { loader in Background { loader.load(Array(0..<6)) } }
    for load in loads { #expect(load.take()?.labels == [Int](repeating: 0, count: 6)) }
    #expect(doorway.most == 1)
  }

  @Test("damaged images are named once, end a strict run, and a step of nothing else is an error")
  func damaged() throws {
    var trainer = try Trainer(task(TemporaryFolder(), damaged: [3, 5]), kernels: "test")
    var named: [String] = []
    _ = try trainer.run {
      if case .skipped(let image) = $0 { named.append(image.identifier) }
      return true
    }
    #expect(named.sorted() == ["train-3", "train-5"])

    var strict = try task(TemporaryFolder(), damaged: [3])
    strict.isStrict = true
    var strictTrainer = try Trainer(strict, kernels: "test")
    #expect(throws: TrainingError.damaged(identifier: "train-3", reason: "it is damaged")) {
      try strictTrainer.run { _ in true }
    }
    var hopeless = try Trainer(task(TemporaryFolder(), damaged: Set(0..<12)), kernels: "test")
    #expect(throws: TrainingError.self) { try hopeless.run { _ in true } }
  }

  @Test("a loss that is no number ends the run and leaves the last checkpoint")
  func divergence() throws {
    let folder = TemporaryFolder()
    var task = try task(folder, ("learning-rate", "1e30"), ("schedule", "constant"), ("clip", "0"))
    task.checkpointInterval = .zero
    var trainer = try Trainer(task, kernels: "test")
    #expect {
      try trainer.run { _ in true }
    } throws: { error in
      guard case .diverged(let step, let checkpoint, let first)? = error as? TrainingError else {
        return false
      }
      return step == 2 && checkpoint == 1 && first != nil
    }
    #expect(folder.bytes("checkpoint.safetensors") != nil)
    #expect(folder.bytes("model.safetensors") == nil)
  }

  @Test("a weight that is no number is named at the first step")
  func brokenWeight() throws {
    let folder = TemporaryFolder()
    let whole = try task(folder)
    var tensors = Dictionary(uniqueKeysWithValues: whole.model.parameters.map { ($0.name, $0.tensor) })
    let name = try #require(whole.model.parameters.first { $0.name.hasSuffix("layernorm_before.bias") }?.name)
    tensors[name] = tensors[name].map { Tensor(repeating: .nan, $0.shape) }
    let broken = TrainingTask(
      model: whole.model.replacingParameters(tensors), training: whole.training, validation: nil,
      recipe: whole.recipe, folder: folder.path)
    var trainer = try Trainer(broken, kernels: "test")
    let error = #expect(throws: TrainingError.self) { try trainer.run { _ in true } }
    guard case .diverged(step: 1, checkpoint: nil, let first)? = error else {
      Issue.record("not \(String(describing: error))")
      return
    }
    #expect(first?.kind == .parameter(name))
    #expect(error?.description.contains("the parameter '\(name)' (nan at [0])") == true)
  }

  @Test("labels beyond the classes and empty splits are refused before the first step")
  func labels() throws {
    let folder = TemporaryFolder()
    var wrong = try task(folder)
    wrong.training = formulaSplit(40, classes: 20)
    #expect(throws: TrainingError.self) { try Trainer(wrong, kernels: "test") }
    wrong.training = formulaSplit(0, classes: 1)
    #expect(throws: TrainingError.noImages(split: "train")) { try Trainer(wrong, kernels: "test") }
  }

  @Test("learns what can be learnt: the loss of four images goes to almost nothing")
  func learns() throws {
    let model = try smallModel()
    let split = formulaSplit(4, classes: 4)
    let recipe = try recipe(
      ("batch-size", "4"), ("epochs", "300"), ("learning-rate", "3e-3"), ("crop", "none"), ("flip", "false"))
    var trainer = try Trainer(
      TrainingTask(
        model: model, training: split, validation: split, recipe: recipe, folder: TemporaryFolder().path),
      kernels: "test")
    guard case .finished(let record) = try trainer.run({ _ in true }) else { return }
    let row = try #require(record.history.lastValidation)
    #expect(row.validationAccuracy == 1)
    #expect(try #require(row.validationLoss) < 0.01)
  }
}

/// Counts who is inside at once.
///
/// Each stays until a second one comes, or until it has looked for one many times.
private final class Doorway: Sendable {
  private let counts = Mutex((inside: 0, most: 0))

  var most: Int { counts.withLock { $0.most } }

  func pass() {
    counts.withLock {
      $0.inside += 1
      $0.most = max($0.most, $0.inside)
    }
    for _ in 0..<1000 where most < 2 { usleep(20) }
    counts.withLock { $0.inside -= 1 }
  }
}
