public import XAICore
import XAIFoundation
import XAITensor
public import XAIWeights

/// What is to be trained, on what, into which folder.
public struct TrainingTask: Sendable {
  /// The model that training begins with, its classes being those of the data.
  public var model: any TrainableModel
  /// The images to learn from; every one has a class.
  public var training: DatasetSplit
  /// The images to be judged by; nil for none.
  public var validation: DatasetSplit?
  /// How to train.
  public var recipe: Recipe
  /// Where checkpoints and the trained model are written.
  public var folder: String
  /// What else the weights depend on, by name, such as the data set as the user wrote it: a checkpoint resumes only
  /// under the same.
  public var identity: [String: String]
  /// What a reader of the trained model should know, such as what had to be assumed, a sentence each: the record keeps it.
  public var notes: [String] = []
  /// At least so much time lies between two checkpoints; one is written at the end of each run in any case.
  public var checkpointInterval = Duration.seconds(120)
  /// Epochs between two validations; there is one at the end in any case.
  public var validationInterval = 1
  /// Whether a damaged image ends the run.
  public var isStrict = false
  /// How the weights of the trained model are stored.
  public var weightsType = StoredType.float32

  /// States a task.
  public init(
    model: any TrainableModel, training: DatasetSplit, validation: DatasetSplit?, recipe: Recipe,
    folder: String, identity: [String: String] = [:]
  ) {
    self.model = model
    self.training = training
    self.validation = validation
    self.recipe = recipe
    self.folder = folder
    self.identity = identity
  }

  /// Steps of an epoch; the last one may have fewer images.
  public var stepsPerEpoch: Int { (training.count + recipe.batchSize - 1) / recipe.batchSize }

  /// Steps in all.
  public var stepCount: Int { max(1, Int((recipe.epochs * Double(stepsPerEpoch)).rounded(.up))) }

  /// Steps between two rows of the history: about a hundred rows in all, and at least one an epoch.
  var rowInterval: Int { max(1, min(stepsPerEpoch, stepCount / 100)) }

  /// Everything that the last weights depend on, by name.
  func fingerprint() -> [String: String] {
    var entries = identity
    for (key, value) in recipe.texts { entries[key] = value }
    entries["training pictures"] = "\(training.count) of '\(training.name)', \(digest(of: training))"
    entries["first weights"] = digest(of: model)
    return entries
  }

  /// A number for names and classes of all images.
  private func digest(of split: DatasetSplit) -> String {
    var hash = FNV1a()
    for index in 0..<split.count {
      hash.add(split.identifier(index))
      hash.add(UInt64(bitPattern: Int64(split.label(index) ?? -1)))
    }
    return String(hash.value, radix: 16)
  }

  /// A number for the names and values of all parameters.
  private func digest(of model: any TrainableModel) -> String {
    var hash = FNV1a()
    for parameter in model.parameters {
      hash.add(parameter.name)
      parameter.tensor.withElements { for element in $0 { hash.add(UInt64(element.bitPattern)) } }
    }
    return String(hash.value, radix: 16)
  }
}
