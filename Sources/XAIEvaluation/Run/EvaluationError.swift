import XAIFoundation

/// Why an evaluation can't be made, or has to end.
public enum EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is nothing to do.
  case nothing(String)
  /// An explainer or a metric comes twice.
  case repeated(kind: String, specification: String)
  /// A metric or a target needs what the data does not have.
  case dataLacks(need: String, of: String, data: String)
  /// The classes of the data are not those of the model.
  case otherClasses(need: String, data: String, model: String, reason: String)
  /// A metric needs what the model can't do.
  case modelLacks(need: String, of: String, model: String)
  /// The model takes images of any size, and a batch needs one.
  case noInputSize(model: String)
  /// The number of inputs that the model is to see at once is below 1.
  case batchSize(Int)
  /// A number is not finite.
  case notFinite(String)
  /// A file of the model's weights was written while the evaluation ran.
  case weightsChanged(file: String)
  /// An image can't be evaluated, and the run is to end with it.
  case image(identifier: String, reason: String)

  public var description: String {
    switch self {
    case .nothing(let reason): reason
    case .repeated(let kind, let specification): "the \(kind) \(specification) comes twice; leave one out"
    case .dataLacks(let need, let owner, let data):
      "\(owner) needs \(need), which \(data) does not have. Leave it out, or give other data."
    case .otherClasses(let need, let data, let model, let reason):
      "\(need) needs the classes of \(model) in \(data): \(reason)"
    case .modelLacks(let need, let owner, let model):
      "\(owner) needs \(need), which \(model) is not. Leave it out, or give another model."
    case .noInputSize(let model):
      "\(model) takes images of any size, and images of an evaluation have one: its preprocessing has to say which"
    case .batchSize(let count): "the model sees at least one input at once, not \(count)"
    case .notFinite(let place): "\(place) is not a finite number, and there is no result"
    case .weightsChanged(let file):
      "\(FileName.shown(file)): the weights were written over while they were used, and what is computed now would be of others. "
        + "What was kept before is of the first ones. Give the first weights back to resume, or begin anew; a new version under "
        + "another name, renamed into place, disturbs nobody."
    case .image(let identifier, let reason):
      reason.contains(identifier) ? reason : "\(identifier): \(reason)"
    }
  }
}
