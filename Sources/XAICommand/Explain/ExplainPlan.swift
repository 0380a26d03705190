import XAICore
import XAIFoundation
import XAIImage
import XAITensor

/// What a run of `xai explain` will do, with all arguments checked.
struct ExplainPlan {
  let command: ExplainCommand
  let model: any Model
  let preprocessing: Preprocessing
  let choices: [ExplainerChoice]
  let targets: TargetSelection
  /// What a user should know before the first image.
  let notes: [String]
  /// How many classes each image is asked about, where none meet.
  let targetCount: Int
  let images: [ImageFile]
  /// What writes figures, where any was asked for.
  let figures: FigureWriter?
  /// What draws the attention of single heads, where that was asked for.
  let attentionMaps: AttentionMaps?
  /// What was left out of folders.
  let leftOut: [ImageFiles.LeftOut]
  /// The explainers that follow the class and fit the model, best first.
  private let leading: [String]
  /// What measures where the time goes, where that was asked for.
  let profile: Profile?

  /// Checks everything, cheapest first, and makes the output folder last: wrong arguments leave nothing behind.
  init(_ command: ExplainCommand) throws {
    self.command = command
    profile = command.profiling.begin()
    let registry = CommandContext.currentRegistry
    let named = try ExplainerChoice.list(command.explainer, registry: registry)
    let selection = TargetSelection.several(try command.target.map { try TargetSelection(parsing: $0) })
    figures =
      command.montage || command.headWeights || command.attentionMaps
      ? try command.figures.writer(isQuiet: command.quiet) : nil
    let loaded = try LoadedModel(
      command.model, engine: command.engine, classes: command.classes, targets: command.target,
      profile: profile, quiet: command.quiet)
    model = loaded.model
    loaded.tellNotes(quiet: command.quiet)
    preprocessing = try command.imageOptions.preprocessing(of: loaded)
    let seen = try model.descriptor(seeing: preprocessing.inputSize)
    for choice in named { try choice.explainer.check(fits: seen) }
    let leading = try registry.leadingExplainers(for: seen)
    choices = try named.isEmpty ? ExplainerChoice.list(Array(leading.prefix(1)), registry: registry) : named
    guard !choices.isEmpty else {
      throw Failure(
        .usage,
        "no explainer of few passes fits \(seen.name); name one with -e. `xai inspect` shows which fit.")
    }
    self.leading = leading
    try command.drawing.check(fits: choices.map(\.explainer))
    let found = try ImageFiles(command.images, suffixLength: Self.suffixLength(of: choices))
    (images, leftOut) = (found.files, found.leftOut)
    attentionMaps = command.attentionMaps ? try AttentionMaps(of: model.descriptor, registry: registry) : nil
    let blank = Tensor(repeating: 0, [1, model.descriptor.classCount])
    (targets, notes) = try selection.reading(labels: model.descriptor.labels)
    targetCount = try targets.resolve(logits: blank, labels: model.descriptor.labels).countPerImage
    try Self.makeFolder(command.output)
  }

  /// Bytes that names of results have at most behind the image's stem: explainer, class, kind and extension.
  private static func suffixLength(of choices: [ExplainerChoice]) -> Int {
    (choices.map(\.fileName.utf8.count).max() ?? 0) + "..999999.upsampled-map.jpeg".utf8.count
  }

  /// The explainers that run.
  var explainers: [any Explainer] { choices.map(\.explainer) }

  /// What to use where an explainer gives two classes the same map: one of the others that doesn't here, or else the one
  /// that leads; empty where there is none.
  func advice(insteadOf place: Int, _ likeness: ClassLikeness) -> String {
    let other = choices.indices.first { place in
      choices[place].explainer.descriptor.isClassSpecific && likeness.tellsApart(place)
    }
    if let other { return "; \(choices[other].text) tells them apart" }
    let tried = Set(choices.map(\.explainer.descriptor.id))
    let next = leading.first { text in !tried.contains(String(text.prefix { $0 != ":" })) }
    return next.map { "; try -e \($0), which follows the class" } ?? ""
  }

  /// Images in batches; alone where the model takes images of any size, since a batch has one size.
  var batches: [ArraySlice<ImageFile>] {
    let size = preprocessing.inputSize == nil ? 1 : command.batchSize
    return stride(from: 0, to: images.count, by: size).map { images[$0..<min($0 + size, images.count)] }
  }

  /// Makes a folder and the ones above it, and tries whether a file can be made there.
  private static func makeFolder(_ path: String) throws(Failure) {
    try OutputFolder.make(path)
    // An atomic file that is not committed leaves nothing.
    do { _ = try AtomicFile(at: "\(path)/.xai-probe") } catch { throw Failure(error) }
  }
}

/// An explainer that a user asked for.
struct ExplainerChoice: Sendable {
  /// As the user wrote it.
  let text: String
  let explainer: any Explainer
  /// What file names call it, `gmar-norm=l2`; no two of a run have the same.
  private(set) var fileName: String

  init(_ text: String, registry: Registry) throws {
    self.text = text
    self.explainer = try registry.explainer(text)
    self.fileName = ResultNames.fitted(
      String(
        text.map { character in
          if character.isASCII, character.isLetter || character.isNumber || "=-.".contains(character) {
            return character
          }
          return ":,".contains(character) ? "-" : "_"
        }), to: 100)
  }

  /// The explainers of some texts; one that is asked for twice in different words counts once.
  static func list(_ texts: [String], registry: Registry) throws -> [ExplainerChoice] {
    var (seen, fileNames): (Set<String>, Set<String>) = ([], [])
    return try texts.map { try ExplainerChoice($0, registry: registry) }
      .filter { seen.insert($0.explainer.specification).inserted }
      .map { choice in
        var choice = choice
        if !fileNames.insert(choice.fileName).inserted {
          choice.fileName += "~\(FNV1a(choice.explainer.specification).text.prefix(8))"
        }
        return choice
      }
  }

  /// What figures call it: the title, and the options as the user wrote them.
  var heading: String {
    let options = text.split(separator: ":", maxSplits: 1).dropFirst().first
    return explainer.descriptor.title + (options.map { " \($0)" } ?? "")
  }
}
