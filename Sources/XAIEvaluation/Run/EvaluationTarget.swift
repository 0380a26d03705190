public import XAICore
import XAITensor

/// Which classes of each image an evaluation asks about.
public enum EvaluationTarget: Hashable, Sendable, CustomStringConvertible {
  /// Classes that follow from what the model says, or the same ones for every image.
  case selection(TargetSelection, text: String)
  /// The class of the image; images without one have no maps.
  case label
  /// Each class that has an object in the image, in the order of the objects.
  case objects

  /// The class with the highest logit.
  public static let predicted = EvaluationTarget.selection(.predicted, text: "predicted")

  /// Reads what users write: `label`, `objects`, or what `TargetSelection` reads.
  public init(parsing text: String) throws(TargetError) {
    switch text {
    case "label": self = .label
    case "objects": self = .objects
    default: self = .selection(try TargetSelection(parsing: text), text: text)
    }
  }

  /// The target as users write it.
  public var description: String {
    switch self {
    case .selection(_, let text): text
    case .label: "label"
    case .objects: "objects"
    }
  }

  /// The classes of each image, each once.
  func classes(
    of images: [LoadedImage], logits: Tensor, labels: [String]
  ) throws -> [[Int]] {
    let all: [[Int]]
    switch self {
    case .selection(let selection, _): all = try selection.resolve(logits: logits, labels: labels).classes
    case .label: all = images.map { $0.label.map { [$0] } ?? [] }
    case .objects: all = images.map { $0.objects.map(\.classIndex) }
    }
    return all.map { classes in
      var seen: Set<Int> = []
      return classes.filter { seen.insert($0).inserted }
    }
  }
}
