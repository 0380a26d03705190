import XAICore
import XAITensor

/// The classes that a model of a checkpoint has, as it was asked for.
struct RequestedClasses {
  /// One label a class; none for a backbone.
  let labels: [String]
  /// The weight of the cosine, [classes, E], where it isn't the checkpoint's.
  let vectors: Tensor?

  /// What cosines are multiplied by where neither request nor family says it.
  ///
  /// It is where the training of CLIP clips it (Radford et al. 2021, section 2.5).
  private static let defaultScale: Float = 100

  /// Sets the classifier of a configuration.
  ///
  /// - Parameters:
  ///   - classes: what was asked for; nil for the checkpoint's own.
  ///   - configuration: that of the checkpoint.
  ///   - hasClassifier: whether the checkpoint has one.
  ///   - model: the model's name, for messages.
  ///   - labels: the labels of the checkpoint's classes, by their number.
  init(
    _ classes: ClassSource?, for configuration: inout VisionTransformerConfiguration, hasClassifier: Bool,
    model: String, labels: (_ count: Int) throws -> [String]
  ) throws {
    switch classes {
    case .vectors(let given):
      try configuration.setCosine(given, model: model)
      (self.labels, vectors) = (given.names, given.vectors)
    case .names(let names):
      guard hasClassifier else { throw LoadError.namesAlone(model: model) }
      guard names.count == configuration.classCount else {
        throw LoadError.otherCount(given: names.count, model: model, classes: configuration.classCount)
      }
      (self.labels, vectors) = (names, nil)
    case nil:
      if !hasClassifier { (configuration.classifier, configuration.classCount) = (.none, 0) }
      (self.labels, vectors) = (hasClassifier ? try labels(configuration.classCount) : [], nil)
    }
  }

  fileprivate static func scale(_ given: Float?, own: Float?) -> Float { given ?? own ?? defaultScale }
}

extension VisionTransformerConfiguration {
  /// Puts a cosine with class vectors behind the features.
  ///
  /// Of two heads the class token's features are read; where a head would read class token and mean of patches side by
  /// side, vectors of one token's width are compared with the class token alone.
  fileprivate mutating func setCosine(_ given: ClassVectors, model: String) throws(LoadError) {
    var (scale, projectedWidth): (Float?, Int?) = (nil, nil)
    if case .cosine(let own, let width) = classifier { (scale, projectedWidth) = (own, width) }
    let elements = given.vectors.shape[1]
    var fitting = [projectedWidth ?? headInputs]
    if projectedWidth == nil, readout == .classAndMeanOfPatches { fitting.append(width) }
    guard fitting.contains(elements) else {
      throw .otherWidth(given: elements, features: fitting, model: model)
    }
    if readout == .meanOfClassAndDistillation || (fitting.count > 1 && elements == width) {
      readout = .classToken
    }
    classifier = .cosine(
      scale: RequestedClasses.scale(given.scale, own: scale), projectedWidth: projectedWidth)
    classCount = given.names.count
  }
}
