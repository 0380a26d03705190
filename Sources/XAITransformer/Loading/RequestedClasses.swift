package import XAICore
package import XAITensor

/// The classes that a model of a checkpoint has, as it was asked for.
package struct RequestedClasses {
  /// What takes the place of the checkpoint's classifier.
  private enum Given {
    /// The weight of the cosine, [classes, E].
    case vectors(Tensor)
    /// Elements of the features, how many there are in all, and where a linear layer projects to them, from how many.
    case features([Int], of: Int, projectedFrom: Int?)
  }

  /// One label a class; none for a backbone.
  package let labels: [String]
  /// What the outputs mean; nil where the checkpoint's configuration says it.
  package let output: OutputMeaning?
  private let given: Given?

  /// Sets the classifier of a configuration.
  ///
  /// - Parameters:
  ///   - classes: what was asked for; nil for the checkpoint's own.
  ///   - configuration: that of the checkpoint.
  ///   - hasClassifier: whether the checkpoint has one.
  ///   - model: the model's name, for messages.
  ///   - labels: the labels of the checkpoint's classes, by their number.
  package init(
    _ classes: ClassSource?, for configuration: inout some ClassifiedConfiguration, hasClassifier: Bool,
    model: String, labels: (_ count: Int) throws -> [String]
  ) throws {
    switch classes {
    case .vectors(let given):
      try configuration.setCosine(given, model: model)
      (self.labels, self.given) = (given.names, .vectors(given.vectors))
      output = configuration.cosineMeaning
    case .features(let indices):
      let width = configuration.comparedWidth
      guard Set(indices).count == indices.count, !indices.isEmpty else {
        throw LoadError.unusableFeatures(indices)
      }
      if let index = indices.first(where: { !(0..<width).contains($0) }) {
        throw LoadError.noFeature(index, features: width, model: model)
      }
      var isProjected = false
      if case .cosine(_, _, _?) = configuration.classifier { isProjected = true }
      (configuration.classifier, configuration.classCount) = (.linear, indices.count)
      self.labels = indices.map(ClassSource.label(ofFeature:))
      self.given = .features(
        indices, of: width, projectedFrom: isProjected ? configuration.headInputs : nil)
      output = .regression
    case .texts:
      throw LoadError.noTexts(
        model: model, reason: "models of its family have no text tower; give class vectors, or images")
    case .images: fatalError("the vectors of images are made before")
    case .names(let names):
      guard hasClassifier else { throw LoadError.namesAlone(model: model) }
      guard names.count == configuration.classCount else {
        throw LoadError.otherCount(given: names.count, model: model, classes: configuration.classCount)
      }
      (self.labels, given, output) = (names, nil, nil)
    case nil:
      if !hasClassifier { (configuration.classifier, configuration.classCount) = (.none, 0) }
      (self.labels, given, output) = (hasClassifier ? try labels(configuration.classCount) : [], nil, nil)
    }
  }

  /// Whether the classes are elements of the features.
  package var areFeatures: Bool {
    if case .features? = given { true } else { false }
  }

  /// The parameters of the head that are given, by the names of the checkpoint; none where they are the checkpoint's own.
  ///
  /// - Parameters:
  ///   - head: the name of a parameter of the head.
  ///   - projection: the checkpoint's linear map from its features to what vectors are compared with, [width, inputs].
  package func weights(
    head: (CheckpointNaming.Parameter) -> String,
    projection: (_ inputs: Int, _ width: Int) -> Tensor = { _, _ in fatalError("there is no projection") }
  ) -> [String: Tensor] {
    switch given {
    case nil: return [:]
    case .vectors(let vectors): return [head(.weight): vectors]
    case .features(let indices, let width, let inputs):
      // Row k of the projection gives element k of the features, and where there is none, of the identity.
      let projection = inputs.map { projection($0, width) }
      let rows = indices.flatMap { index in
        projection?[index].elements ?? (0..<width).map { $0 == index ? 1 : 0 }
      }
      return [
        head(.weight): Tensor([indices.count, inputs ?? width], rows),
        head(.bias): Tensor(repeating: 0, [indices.count]),
      ]
    }
  }
}

/// The part of a configuration that says how classes are made of features, which vectors or features may be given in place of.
package protocol ClassifiedConfiguration {
  /// How logits are made of the features.
  var classifier: VisionTransformerConfiguration.Classifier { get set }
  /// Classes; 0 where there is no classifier.
  var classCount: Int { get set }
  /// Elements of the features, which a classification head reads.
  var headInputs: Int { get }
  /// Elements that vectors may have beside, with which fewer features are compared; nil where there are none.
  var narrowerInputs: Int? { get }
  /// Makes the features those that are compared with narrower vectors.
  mutating func readNarrower()
}

extension ClassifiedConfiguration {
  /// None: features are as they are.
  package var narrowerInputs: Int? { nil }
  /// Nothing.
  package mutating func readNarrower() {}
}

/// Where two heads would read a token each, the features are the mean of both tokens; where a head would read class token and mean
/// of patches side by side, vectors of one token's width are compared with the class token alone.
extension VisionTransformerConfiguration: ClassifiedConfiguration {
  package var narrowerInputs: Int? { readout == .classAndMeanOfPatches ? width : nil }
  package mutating func readNarrower() { readout = .classToken }
}

extension ClassifiedConfiguration {
  /// Elements of what is compared with class vectors.
  package var comparedWidth: Int {
    if case .cosine(_, _, let projectedWidth?) = classifier { return projectedWidth }
    return headInputs
  }

  /// What cosines with class vectors mean: with a bias, each class has a sigmoid of its own.
  fileprivate var cosineMeaning: OutputMeaning {
    guard case .cosine(_, .some, _) = classifier else { return .softmax }
    return classCount == 1 ? .sigmoid : .sigmoidPerClass
  }

  /// Puts a cosine with class vectors behind the features.
  fileprivate mutating func setCosine(_ given: ClassVectors, model: String) throws(LoadError) {
    var (scale, bias, projectedWidth): (Float?, Float?, Int?) = (nil, nil, nil)
    if case .cosine(let own, let added, let width) = classifier {
      (scale, bias, projectedWidth) = (own, added, width)
    }
    let elements = given.vectors.shape[1]
    var fitting = [projectedWidth ?? headInputs]
    if projectedWidth == nil, let narrowerInputs { fitting.append(narrowerInputs) }
    guard fitting.contains(elements) else {
      throw .otherWidth(given: elements, features: fitting, model: model)
    }
    if fitting.count > 1, elements == narrowerInputs { readNarrower() }
    classifier = .cosine(
      scale: given.scale ?? scale ?? CosineHead.usualScale, bias: bias, projectedWidth: projectedWidth)
    classCount = given.names.count
  }
}
