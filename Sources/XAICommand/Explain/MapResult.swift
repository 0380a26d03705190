import ArgumentParser
import XAICore
import XAIFoundation
import XAIImage

/// A class with what the model thinks of it.
struct ClassScore: Encodable, Sendable {
  let index: Int
  let label: String
  /// Nil where the model's outputs have none.
  let probability: Float?
  let logit: Float

  /// The class as people read it: `tench, Tinca tinca (class 0), 97.3 %`.
  var text: String { "\(FileName.shown(label)) (class \(index)), \(valueText)" }

  /// The probability as people read it, or else the output itself: `97.3 %`, `41.22`.
  var valueText: String { probability.map(percent) ?? decimal(Double(logit), places: 2) }

  /// The first name of the label, for figures.
  var shortLabel: String { firstName(of: label) }
}

/// The first of the names that a label has with commas between them.
func firstName(of label: String) -> String { label.split(separator: ",").first.map(String.init) ?? label }

/// What a model says of one image.
struct ClassScores {
  /// The likeliest class; of equally likely ones the first.
  let predicted: ClassScore
  private let logits: [Float]
  private let probabilities: [Float]?
  private let labels: [String]

  /// Reads one logit per class; nil where the model has no classes.
  init?(logits: [Float], of model: ModelDescriptor) {
    guard !logits.isEmpty else { return nil }
    (self.logits, labels) = (logits, model.labels)
    probabilities = Probabilities<Float>(of: logits, meaning: model.output).map {
      logits.map($0.probability(ofLogit:))
    }
    let index = logits.indices.max { (logits[$0], $1) < (logits[$1], $0) } ?? 0
    predicted = ClassScore(
      index: index, label: labels[index], probability: probabilities?[index], logit: logits[index])
  }

  /// What it says of a class.
  subscript(_ index: Int) -> ClassScore {
    ClassScore(index: index, label: labels[index], probability: probabilities?[index], logit: logits[index])
  }
}

/// One map: of an image and a class by an explainer.
struct MapResult {
  let file: ImageFile
  /// Whether the image was turned upright.
  let isTurned: Bool
  let choice: ExplainerChoice
  let attribution: Attribution
  /// The class that was asked about, and the likeliest; nil where the model has no classes.
  let target: ClassScore?
  let predicted: ClassScore?

  /// The start of the names of its files.
  var fileStem: String { "\(file.stem).\(choice.fileName)" + (target.map { ".\($0.index)" } ?? "") }

  /// A title that begins with `heading`, and names the class where there is one.
  func title(_ heading: String, value: Bool = true) -> String {
    guard let target else { return heading }
    return "\(heading): \(target.shortLabel)" + (value ? ", \(target.valueText)" : "")
  }
}

/// What is kept of a map for programs: a JSON record, or a JSON line.
struct ResultRecord: Encodable {
  struct Size: Encodable {
    let height: Int
    let width: Int
  }

  let image: String
  /// Whether the image was turned upright as its EXIF orientation says.
  let isTurned: Bool
  let model: String
  /// What the model's outputs mean.
  let output: OutputMeaning
  /// What a user should know of how the model was loaded.
  let modelNotes: [String]
  let explainer: String
  let target: ClassScore?
  let predicted: ClassScore?
  let inputSize: Size
  let grid: PatchGrid
  let scores: [Float]
  let scoreMeaning: ScoreMeaning
  let isDegenerate: Bool
  /// The other classes that were asked about and have the same map, by rank correlation: it can't tell them apart.
  let sameMapAs: [Int]
  let diagnostics: Diagnostics
  /// How its images were drawn; nil where there are none.
  let drawing: DrawingRecord?
  /// Paths by kind.
  let files: [String: String]

  init(
    _ result: MapResult, model: ModelDescriptor, alike: [Int], drawing: DrawingRecord?,
    files: [String: String]
  ) {
    let attribution = result.attribution
    image = result.file.path
    isTurned = result.isTurned
    self.model = model.name
    output = model.output
    modelNotes = model.notes
    explainer = attribution.explainer
    target = result.target
    predicted = result.predicted
    inputSize = Size(height: attribution.inputHeight, width: attribution.inputWidth)
    grid = attribution.grid
    scores = attribution.scores
    scoreMeaning = attribution.scoreMeaning
    isDegenerate = attribution.isDegenerate
    sameMapAs = alike
    diagnostics = attribution.diagnostics
    self.drawing = drawing
    self.files = files
  }
}

/// What is said, as a JSON line, of an image that has no maps of an explainer.
struct FailureRecord: Encodable {
  let image: String
  let model: String
  let explainer: String
  let error: String
}

/// A file that is written for each map.
enum OutputKind: String, CaseIterable, Hashable, Sendable {
  case overlay
  case heatMap = "heat-map"
  case map
  case upsampledMap = "upsampled-map"
  case record

  /// Reads kinds with commas between them.
  @Sendable static func list(_ text: String) throws -> [OutputKind] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { name in
      guard let kind = OutputKind(rawValue: String(name)) else {
        throw ValidationError(
          "'\(name)' is none of \(allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return kind
    }
  }
}
