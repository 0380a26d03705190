import XAICore
import XAIFoundation
import XAIImage

/// What a session has, as the page is told first.
struct ExploreOverview: Encodable {
  struct Model: Encodable {
    let id: String
    let name: String
    let family: String
    let inputHeight: Int?
    let inputWidth: Int?
    let grid: PatchGrid
    let layers: Int
    let heads: Int
    let parameters: Int
    let classes: Int
    let output: OutputMeaning
    let textClasses: Bool
    let layerReadouts: Bool
    let patchRemoval: Bool
    let headRemoval: Bool
    let attention: Bool
    let prefix: [TokenLayout.PrefixToken]
    let notes: [String]
  }

  struct Explainer: Encodable {
    let id: String
    let title: String
    let summary: String
    let family: ExplainerDescriptor.Family
    let scores: ScoreMeaning
    let followsClass: Bool
    let contrast: Bool
    let cost: Cost
    let fits: [String: Bool]
    let reasons: [String: String]
    let page: String
    let options: [Option]
    let presets: [String]
  }

  /// How long a map takes, roughly.
  enum Cost: String, Encodable {
    /// A few passes.
    case instant
    /// Some dozens.
    case seconds
    /// Hundreds or thousands.
    case minutes
  }

  struct Option: Encodable {
    let name: String
    let summary: String
    let allowed: String
    let choices: [String]
    let `default`: String
  }

  let version: Int
  let program: String
  let models: [Model]
  let explainers: [Explainer]
  let leading: [String: [String]]
  let fills: [String]
  let hasResults: Bool
  let imageLimitBytes: Int
}

extension ExploreSession {
  /// The version of the API.
  static let version = 1

  /// What there is.
  func overview(uploadLimit: Int, program: String = "") throws -> ExploreOverview {
    let models = models
    return ExploreOverview(
      version: Self.version, program: program, models: models.map(overview),
      explainers: registry.explainers.map {
        overview($0, models)
      },
      leading: Dictionary(
        uniqueKeysWithValues: try models.map {
          ($0.id, Array(try registry.leadingExplainers(for: $0.model.descriptor).prefix(4)))
        }),
      fills: Self.hidings.map(\.optionText), hasResults: images.all.contains { $0.image.finding != nil },
      imageLimitBytes: uploadLimit)
  }

  /// What a model is.
  func overview(_ model: ExploreModel) -> ExploreOverview.Model {
    let descriptor = model.model.descriptor
    let size = descriptor.preprocessing.inputSize
    let isInspectable = model.model is any InspectableModel
    return ExploreOverview.Model(
      id: model.id, name: descriptor.name, family: descriptor.architecture,
      inputHeight: size?.height, inputWidth: size?.width, grid: descriptor.layout.grid,
      layers: descriptor.layerCount, heads: descriptor.headCount, parameters: descriptor.parameterCount,
      classes: descriptor.classCount, output: descriptor.output, textClasses: model.readsTexts(registry),
      layerReadouts: isInspectable && descriptor.capabilities.contains(.layerReadouts)
        && descriptor.layout.poolingLayer == nil,
      patchRemoval: descriptor.capabilities.contains(.patchRemoval),
      headRemoval: isInspectable && descriptor.capabilities.contains(.headRemoval)
        && descriptor.layout.poolingLayer == nil,
      attention: descriptor.capabilities.contains(.attention) && descriptor.layout.layers.isEmpty,
      prefix: descriptor.layout.prefix, notes: descriptor.notes)
  }

  private func overview(
    _ entry: Registry.ExplainerEntry, _ models: [ExploreModel]
  ) -> ExploreOverview.Explainer {
    let descriptor = entry.descriptor
    var reasons: [String: String] = [:]
    for model in models {
      do { try entry.make([]).check(fits: model.model.descriptor) } catch { reasons[model.id] = "\(error)" }
    }
    return ExploreOverview.Explainer(
      id: descriptor.id, title: descriptor.title, summary: descriptor.summary, family: descriptor.family,
      scores: descriptor.scores, followsClass: descriptor.isClassSpecific,
      contrast: entry.options.contains { $0.name == "contrast" }, cost: ExploreOverview.Cost(descriptor),
      fits: Dictionary(uniqueKeysWithValues: models.map { ($0.id, reasons[$0.id] == nil) }),
      reasons: reasons, page: "docs/explainers/\(descriptor.id).md",
      options: entry.options.filter { $0.name != "preset" }.map {
        ExploreOverview.Option(
          name: $0.name, summary: $0.summary, allowed: $0.allowed, choices: $0.choices,
          default: $0.defaultValue)
      },
      presets: entry.options.first { $0.name == "preset" }?.choices ?? [])
  }
}

extension ExploreOverview.Cost {
  /// By what the descriptor says of its forward passes: a number is a few, a formula of a gradient method some dozens, and one
  /// of a method that asks the model about changed images hundreds.
  init(_ descriptor: ExplainerDescriptor) {
    let isCounted = Int(descriptor.forwardPasses) != nil
    self = isCounted ? .instant : descriptor.family == .perturbation ? .minutes : .seconds
  }
}

extension ExploreModel {
  /// Whether its classes can be replaced by texts.
  func readsTexts(_ registry: Registry) -> Bool {
    origin.map { (try? registry.readsTexts($0.directory)) == true } ?? false
  }
}

/// An image of a session, as a page lists it.
struct ExploreImageEntry: Encodable {
  let id: String
  let name: String
  let width: Int?
  let height: Int?
  let label: String?
  let rank: Int?
  let predicted: String?
  let probability: Float?
  let correct: Bool?
  let disagreement: Double?

  init(_ id: String, _ image: ExploreImage, _ extent: ExploreImages.Extent?) {
    (self.id, name, width, height) = (id, FileName.shown(image.name), extent?.width, extent?.height)
    let finding = image.finding
    (label, predicted, probability) = (finding?.label, finding?.predicted, finding?.probability)
    (rank, correct, disagreement) = (finding?.rank, finding?.correct, finding?.disagreement)
  }
}
