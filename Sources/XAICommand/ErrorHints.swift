import XAICore
import XAIEvaluation

#if XAI_DATABASE
import XAIResults
#endif

/// What the command's user does about an error of the libraries, whose texts are for people who write code.
enum ErrorHints {
  /// The error's own text, with the hint behind it.
  static func text(of error: any Error) -> String {
    let own = "\(error)"
    guard let hint = hint(for: error) else { return own }
    return own + (own.hasSuffix(".") || own.hasSuffix("?") ? " " : "; ") + hint
  }

  /// The hint; nil where the text says it all.
  static func hint(for error: any Error) -> String? {
    switch error {
    case let error as TargetError: hint(for: error)
    case let error as ModelError: hint(for: error)
    case OptionError.outOfRange(_, "contrast", let value, _) where Int(value) != nil:
      "`xai inspect --labels` lists them"
    case RegistryError.unsupportedModel: "`xai list models` has the classes and names that load"
    case is ClassJoinError, EvaluationError.otherClasses: classes
    case EvaluationError.notFinite: "`xai check-gradients` checks the model"
    default: hint(ofStore: error)
    }
  }

  private static let classesOfBackbones =
    "--classes-from gives it some, and -t feature:0 asks about an element of its features"

  private static let classes =
    "(`xai inspect --labels` lists the model's. --classes index, names, order or imagenet says how they are found, and "
    + "--skip-unmatched leaves images out.)"

  private static func hint(for error: TargetError) -> String? {
    switch error {
    case .unknownIndex(_, let count, nil):
      count > 0 ? "`xai inspect --labels` lists them" : classesOfBackbones
    case .unknownIndex(let index, _, let called?): "write name:\(index), or index:\(called)"
    case .unknownLabel: "`xai inspect --labels` lists the model's classes"
    case .contrastWithItself: "write contrast=runner-up"
    default: nil
    }
  }

  private static func hint(for error: ModelError) -> String? {
    switch error {
    case .missingCapabilities: "`xai inspect` shows which explainers fit a model"
    case .noClasses: classesOfBackbones
    case .notGiven: "`xai inspect` shows what a model gives"
    default: nil
    }
  }

  #if XAI_DATABASE
  private static func hint(ofStore error: any Error) -> String? {
    guard case MergeError.missing = error else { return nil }
    return "--partial does that."
  }
  #else
  private static func hint(ofStore error: any Error) -> String? { nil }
  #endif
}
