public import XAITensor

/// What a request can't ask for.
public enum MetricError: Error, Hashable, CustomStringConvertible {
  /// A map of an image of which patches are left out, or that is seen without heads.
  case mapOfPatches(metric: String)
  /// A map, where it is not known which explainer made the one that is judged.
  case noExplainer(metric: String)
  /// The explainer failed over a further map.
  case noMap(reason: String)
  /// Pixels that are not those of one image.
  case noImage(shape: TensorShape)
  /// A map or scores that are more or fewer than there are places for them.
  case wrongCount(of: String, Int, needed: String)
  /// The number of frames that the model is to see at once is below 1.
  case batchSize(Int)

  /// What is wrong, and what to do.
  public var description: String {
    switch self {
    case .mapOfPatches(let metric):
      "\(metric) asks for a map of some patches or without heads; a map needs all of them: hide pixels by a fill instead"
    case .noExplainer(let metric):
      "\(metric) asks for further maps: say which explainer made the one that is judged"
    case .noMap(let reason): reason
    case .noImage(let shape): "the pixels of one image are 3×height×width, not \(shape)"
    case .wrongCount(let what, let count, let needed):
      "the \(what) of what is judged: \(count) values for \(needed); there is one for each"
    case .batchSize(let count): "the model sees at least one frame at once, not \(count)"
    }
  }
}
