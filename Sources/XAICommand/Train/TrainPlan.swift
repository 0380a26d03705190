import XAICore
import XAIEvaluation
import XAIFoundation
import XAITensor
import XAITraining
import XAIWeights

/// What a run of `xai train` will do, with all arguments checked.
struct TrainPlan {
  let command: TrainCommand
  let task: TrainingTask
  let kernels: any Kernels
  /// What writes the figure of the training.
  let figures: FigureWriter
  /// What a user should know before the first step.
  let notes: [String]

  /// Checks everything, cheapest first; nothing is written.
  init(_ command: TrainCommand) throws {
    self.command = command
    figures = try command.figures.writer(isQuiet: command.quiet)
    let recipe = try command.recipe.recipe()
    let data = try TrainingData(command)
    let start = try FirstModel(command, recipe: recipe, classes: data.dataset.classes)
    kernels = start.kernels
    notes = data.dataset.notes + data.notes + start.notes
    var task = TrainingTask(
      model: start.model, training: start.join.map(data.training.joined) ?? data.training,
      validation: start.join.map { join in data.validation?.joined(by: join) } ?? data.validation,
      recipe: recipe,
      folder: command.output, identity: ["data": data.identity])
    if let seconds = command.runOptions.checkpointEvery { task.checkpointInterval = .seconds(seconds) }
    task.validationInterval = command.runOptions.validateEvery
    task.isStrict = command.runOptions.strict
    task.notes = notes
    task.weightsType = command.runOptions.weightsType.storedType
    self.task = task
  }

  /// What is trained on what, in one line.
  var summary: String {
    let judged = task.validation.map { ", \(grouped($0.count)) for validation" } ?? ""
    return
      "\(task.model.descriptor.name) on \(FileName.shown(command.data)): \(grouped(task.training.count)) images of "
      + "\(grouped(task.model.descriptor.classCount)) classes\(judged); \(grouped(task.stepCount)) steps of "
      + "\(task.recipe.batchSize) on \(kernels.name)"
  }
}

/// The images of a training.
private struct TrainingData {
  let dataset: any Dataset
  let training: DatasetSplit
  let validation: DatasetSplit?
  var notes: [String] = []

  init(_ command: TrainCommand) throws {
    do {
      let dataset = try CommandContext.currentRegistry.dataset(
        command.data, with: command.orientation.values)
      let known = dataset.splitNames.contains(DatasetSplit.validation) ? DatasetSplit.validation : nil
      self.dataset = dataset
      training = try dataset.split(command.trainSplit)
      validation = try (command.validationSplit ?? known).map { try dataset.split($0) }
    } catch {
      throw Failure(error, otherwise: .inputData)
    }
    guard dataset.classes.count > 1 else {
      throw Failure(
        .inputData,
        "\(FileName.shown(command.data)): there is something to learn from two classes on, and it has "
          + (dataset.classes.first.map { "only '\($0.name)'" } ?? "none"))
    }
    guard (0..<training.count).contains(where: { training.label($0) != nil }) else {
      throw Failure(
        .inputData, "\(FileName.shown(command.data)): no image of the split '\(training.name)' has a class")
    }
    if validation == nil {
      notes.append(
        "\(FileName.shown(command.data)) has no split '\(DatasetSplit.validation)', so nothing judges the model; it has "
          + dataset.splitNames.joined(separator: ", "))
    }
  }

  /// The data set in the same words wherever it is named from: paths are absolute.
  var identity: String {
    let options = dataset.options.texts.map { key, value in
      "\(key)=\(FileName.shown(FileSystem.realPath(value) ?? value))"
    }
    return "\(dataset.descriptor.id):\(options.joined(separator: ","))"
  }
}

/// The model that a training begins with.
private struct FirstModel {
  let model: any TrainableModel
  let kernels: any Kernels
  let notes: [String]
  /// Which of the model's classes the data's are, where its classifier is kept.
  let join: ClassJoin?

  init(_ command: TrainCommand, recipe: Recipe, classes: [DatasetClass]) throws {
    var random = recipe.firstWeights
    let labels = classes.map(\.name)
    if let folder = command.fromScratch {
      kernels = try command.engine.makeKernels()
      do {
        model = try CommandContext.currentRegistry.makeUntrainedModel(
          ModelDownloads(quiet: command.quiet).model(folder), labels: labels, random: &random, on: kernels)
      } catch {
        throw Failure(error, otherwise: .inputData)
      }
      (notes, join) = (Self.notes(of: model.descriptor), nil)
      return
    }
    let loaded = try LoadedModel(command.model ?? "", engine: command.engine, quiet: command.quiet)
    kernels = loaded.kernels
    let trainable = try loaded.model.trainable()
    let known = trainable.descriptor.labels
    let join = ClassJoin(classes, to: known, by: command.classOptions.classes)
    let unmatched = join.unmatched(among: classes.indices)
    let isOneToOne = (try? join.checkIsOneToOne(among: classes.indices)) != nil
    guard !isOneToOne || !unmatched.isEmpty || labels.count != known.count else {
      guard trainable.descriptor.output == .softmax else {
        throw ModelError.notTrainable(
          model: trainable.descriptor.name,
          reason: "its outputs are no classes of which one is right, and training takes them for such")
      }
      (model, self.join) = (trainable, join)
      let matched =
        "classes of the data matched with the model's, whose classifier and labels are kept: "
        + join.summary(among: classes.indices)
      notes = Self.notes(of: trainable.descriptor) + (join.hasSameNames ? [] : [matched])
      return
    }
    self.join = nil
    model = trainable.replacingHead(labels: labels, random: &random)
    guard trainable.descriptor.output != .none else {
      notes =
        Self.notes(of: trainable.descriptor) + [
          "\(trainable.descriptor.name) is a backbone without a classifier: it gets one for the data's "
            + "\(grouped(labels.count)) classes"
        ]
      return
    }
    let found = labels.count - unmatched.count
    let share =
      found == 0 || !isOneToOne
      ? ""
      : unmatched.isEmpty
        ? ", but \(grouped(labels.count)) of them"
        : ", though \(grouped(found)) are among them; \(join.listed(unmatched)) \(unmatched.count == 1 ? "is" : "are") not"
    notes =
      Self.notes(of: trainable.descriptor) + [
        "the data's \(grouped(labels.count)) classes are not the model's \(grouped(known.count))\(share): "
          + "it gets a new classifier"
      ]
  }

  /// What a user should know of the model, and that the files of the trained one state as a fact what was assumed.
  private static func notes(of model: ModelDescriptor) -> [String] {
    guard !model.notes.isEmpty else { return [] }
    return model.notes + [
      "the trained model's files will state all of this as it was taken, since it was trained so"
    ]
  }
}
