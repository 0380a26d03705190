import XAICore

/// A class with what a model says of it.
public struct ExploreClass: Hashable, Sendable, Codable {
  /// Its index.
  public let index: Int
  /// What the model calls it.
  public let label: String
  /// The model's output for it.
  public let logit: Float
  /// Its probability; nil where the model's outputs have none.
  public let probability: Float?
}

/// What a model says of all classes.
struct ClassRow {
  let logits: [Float]
  private let labels: [String]
  private let probabilities: Probabilities<Float>?

  init(_ logits: [Float], of model: ModelDescriptor) {
    (self.logits, labels) = (logits, model.labels)
    probabilities = Probabilities(of: logits, meaning: model.output)
  }

  subscript(_ index: Int) -> ExploreClass {
    ExploreClass(
      index: index, label: labels[index], logit: logits[index],
      probability: probabilities?.probability(ofLogit: logits[index]))
  }

  /// The likeliest classes, of equally likely ones the first first.
  func top(_ count: Int) -> [ExploreClass] { highestIndices(of: logits, count: count).map { self[$0] } }
}
