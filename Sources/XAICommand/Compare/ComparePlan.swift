import XAICore
import XAIFoundation
import XAIImage
import XAITensor

/// What a run of `xai compare` will do, with all arguments checked.
struct ComparePlan {
  /// An explainer that was not asked for by name and doesn't fit the model.
  struct Misfit: Encodable {
    let id: String
    let problem: String
  }

  let command: CompareCommand
  let model: any Model
  let file: ImageFile
  /// What the maps are drawn on.
  let backdrop: Backdrop
  /// Whether the image was turned upright.
  let isTurned: Bool
  let input: Tensor
  let target: TargetSelection
  /// What a user should know before the first pass.
  let notes: [String]
  let choices: [ExplainerChoice]
  let misfits: [Misfit]
  let figures: FigureWriter

  /// Checks everything, cheapest first, and makes the output folder last: wrong arguments leave nothing behind.
  init(_ command: CompareCommand) throws {
    self.command = command
    let registry = CommandContext.currentRegistry
    let named = try ExplainerChoice.list(command.explainer, registry: registry)
    let selection = try TargetSelection(parsing: command.target)
    if case .top(let count) = selection, count > 1 {
      throw Failure(.usage, "--target top:\(count) is \(count) classes; a comparison is of one.")
    }
    figures = try command.figures.writer(isQuiet: command.quiet)
    let files = try ImageFiles([command.image], suffixLength: ".999999.comparison.jpeg".utf8.count).files
    guard let file = files.first, files.count == 1 else {
      throw Failure(
        .usage, "\(FileName.shown(command.image)): has \(files.count) images; a comparison is of one.")
    }
    self.file = file
    let loaded = try LoadedModel(
      command.model, engine: command.engine, classes: command.classes, targets: [command.target],
      quiet: command.quiet)
    model = loaded.model
    loaded.tellNotes(quiet: command.quiet)
    guard model.descriptor.output != .none else {
      throw ModelError.noClasses(user: "a comparison", model: model.descriptor.name)
    }
    let preprocessing = try command.imageOptions.preprocessing(of: loaded)
    (choices, misfits) = try Self.fitting(
      named, families: Set(command.family), model: model.descriptor(seeing: preprocessing.inputSize),
      registry: registry)
    try command.drawing.check(fits: choices.map(\.explainer))
    let blank = Tensor(repeating: 0, [1, model.descriptor.classCount])
    (target, notes) = try selection.reading(labels: model.descriptor.labels)
    _ = try target.resolve(logits: blank, labels: model.descriptor.labels)
    let batch = PreparedBatch(
      [file], preprocessing: preprocessing, pixelLimit: command.imageOptions.pixelLimit,
      orientation: command.imageOptions.orientation.exif,
      keepingOriginals: command.drawing.view == .original ? .max : 0, profile: nil)
    if let (_, failure) = batch.failures.first { throw failure }
    let image = batch.images[0]
    backdrop = Backdrop(image, preprocessing).reduced
    isTurned = image.isTurned
    input = try preprocessing.withoutResizing.tensor(from: [image.image])
    try OutputFolder.make(command.output)
  }

  /// The explainers of some families: those that were named, all of which have to fit, or else all that fit.
  private static func fitting(
    _ named: [ExplainerChoice], families: Set<ExplainerDescriptor.Family>, model: ModelDescriptor,
    registry: Registry
  ) throws -> ([ExplainerChoice], [Misfit]) {
    func isWanted(_ choice: ExplainerChoice) -> Bool {
      families.isEmpty || families.contains(choice.explainer.descriptor.family)
    }
    guard named.isEmpty else {
      for choice in named { try choice.explainer.check(fits: model) }
      let wanted = named.filter(isWanted)
      guard !wanted.isEmpty else {
        throw Failure(.usage, "none of the named explainers is of the family that --family asks for.")
      }
      return (wanted, [])
    }
    var misfits: [Misfit] = []
    let all = try ExplainerChoice.list(registry.explainers.map(\.descriptor.id), registry: registry)
    let fitting = all.filter(isWanted).filter { choice in
      do {
        try choice.explainer.check(fits: model)
        return true
      } catch {
        misfits.append(Misfit(id: choice.explainer.descriptor.id, problem: "\(error)"))
        return false
      }
    }
    guard !fitting.isEmpty else {
      throw Failure(.usage, "no explainer that was asked for fits \(model.name). `xai inspect` says why.")
    }
    return (fitting, misfits)
  }
}
