/// Why a model can't do what it is asked.
public enum ModelError: Error, Hashable, Sendable, CustomStringConvertible {
  /// An explainer, a metric or a command needs what the model can't give.
  case missingCapabilities(user: String, model: String, missing: Capabilities)
  /// A model is asked for what it doesn't give.
  case notGiven(Capabilities, model: String)
  /// An explainer or a metric asks for a probability, and the outputs of the model have none.
  case noProbabilities(user: String, model: String)
  /// Something is asked about a class, and the model has no classes.
  case noClasses(user: String, model: String)
  /// An explainer can't work on a model's tokens as they are.
  case unsuitableTokens(explainer: String, model: String, reason: String)
  /// A place is asked for that a model doesn't list, or that isn't of the form that is needed.
  case unsuitablePlace(explainer: String, model: String, point: ActivationPoint, reason: String)
  /// Attention is asked for of layers that have none.
  case noAttention(explainer: String, model: String, layers: [Int])
  /// An input of a size that the model can't take.
  case unsupportedInput(model: String, reason: String)
  /// A trace is asked for what its recording left out.
  case notRecorded(String)
  /// A trace of another model, or one that was recorded without gradients.
  case foreignTrace(model: String)
  /// The model's parameters can't be changed or written.
  case notTrainable(model: String, reason: String)
  /// A model can't be written into a folder because of what is there.
  case unsuitableFolder(path: String, reason: String)
  /// What a model says is NaN or infinite; `first` is the first tensor of its pass that isn't finite, nil where that is what
  /// it says.
  case notFinite(String, model: String, first: NotFiniteTensor?)

  public var description: String {
    switch self {
    case .missingCapabilities(let user, let model, let missing):
      "\(user) needs \(missing.names.joined(separator: ", ")), which \(model) does not give"
    case .notGiven(let missing, let model):
      "\(model) does not give \(missing.names.joined(separator: ", "))"
    case .noProbabilities(let user, let model):
      "\(user) needs the probability of a class, and the outputs of \(model) are plain numbers that have none; "
        + "use what works on outputs as they are, such as score=logit"
    case .noClasses(let user, let model):
      "\(user) is about a class, and \(model) is a backbone without a classifier; use an explainer that needs no class, "
        + "such as attention-rollout, or give the model classes when it is loaded"
    case .unsuitableTokens(let explainer, let model, let reason):
      "\(explainer) can't explain \(model): \(reason)"
    case .unsuitablePlace(let explainer, let model, let point, let reason):
      "\(explainer) can't look at \(point) of \(model): \(reason)"
    case .noAttention(let explainer, let model, let layers):
      "\(explainer) needs attention, and \(layers.count == 1 ? "layer" : "the layers") "
        + "\(layers.map(String.init).joined(separator: ", ")) of \(model) \(layers.count == 1 ? "has" : "have") none"
    case .unsupportedInput(let model, let reason): "\(model): \(reason)"
    case .notRecorded(let what): "the forward pass did not record the \(what): ask for it in the Recording"
    case .foreignTrace(let model):
      "the trace does not belong to \(model), or was recorded without gradients: record with gradients: true"
    case .notTrainable(let model, let reason): "\(model): \(reason)"
    case .unsuitableFolder(let path, let reason): "\(path): \(reason)"
    case .notFinite(let what, let model, let first):
      "\(model): \(what) are not finite numbers, and nothing is made of them. The first tensor that isn't finite is "
        + (first?.description ?? "\(what) themselves: parameters and layers are finite")
    }
  }
}
