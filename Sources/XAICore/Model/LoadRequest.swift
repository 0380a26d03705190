import XAIFoundation
public import XAITensor

/// What a model is loaded with, beside what its directory says.
public struct LoadRequest: Sendable {
  /// What the arithmetic runs on.
  public var kernels: any Kernels
  /// The classes that the model is to have; nil for those of the directory.
  public var classes: ClassSource?
  /// Settings of the family's own, by name; a family that doesn't know one refuses it.
  public var options: [String: String]

  /// Asks for a model.
  public init(kernels: any Kernels, classes: ClassSource? = nil, options: [String: String] = [:]) {
    self.kernels = kernels
    self.classes = classes
    self.options = options
  }

  /// Asks for a model on the fastest kernels of this processor, with a thread for each of its cores.
  public init(classes: ClassSource? = nil, options: [String: String] = [:]) throws(TensorError) {
    self.init(kernels: try KernelSelection.makeKernels(), classes: classes, options: options)
  }

  /// Throws for options that a family doesn't have.
  ///
  /// - Parameters:
  ///   - known: the names that it has.
  ///   - family: the family's id, for the message.
  public func checkOptions(known: Set<String> = [], family: String) throws(LoadError) {
    guard let name = options.keys.filter({ !known.contains($0) }).min() else { return }
    throw .unknownOption(name, family: family, known: known.ordered(by: <))
  }
}

/// Classes that a model is given when it is loaded.
public enum ClassSource: Sendable {
  /// Other names for the classes of the checkpoint's classifier, in its order.
  case names([String])
  /// A vector for each class, with which the model's features are compared by their cosine.
  case vectors(ClassVectors)
  /// A text for each class, of which the model's own text tower makes a vector.
  case texts(ClassTexts)
  /// Images for each class, whose features are its vector.
  case images(ClassImages)
  /// Elements of the model's features, from 0: the logit of `feature:17` is the value of element 17.
  case features([Int])

  /// What an element of the features is called as a class.
  package static func label(ofFeature index: Int) -> String { "\(featurePrefix)\(index)" }
  /// What names of such classes begin with.
  package static let featurePrefix = "feature:"
}

/// One vector for each class, in the space of a model's features, such as embeddings of its name (Radford and others 2021,
/// arXiv 2103.00020) or means of the features of its images.
public struct ClassVectors: Sendable {
  /// One name per class.
  public let names: [String]
  /// [classes, elements of a feature]; their lengths don't matter.
  public let vectors: Tensor
  /// What cosines are multiplied by to be logits, the inverse of a temperature; nil for the family's own.
  public let scale: Float?

  /// Takes vectors as they are.
  ///
  /// - Throws: `LoadError.unusableVectors` where they aren't one for each name, where one is zero or not finite, and for a
  ///   scale that isn't positive.
  public init(_ vectors: Tensor, names: [String], scale: Float? = nil) throws(LoadError) {
    guard vectors.shape.rank == 2, vectors.shape[0] == names.count, !names.isEmpty else {
      throw .unusableVectors("\(vectors.shape) values for \(names.count) names; give one row for each class")
    }
    for (index, name) in names.enumerated() {
      let row = vectors[index].elements
      guard row.allSatisfy(\.isFinite), row.contains(where: { $0 != 0 }) else {
        throw .unusableVectors("the vector of '\(name)' is zero or not finite, and has no direction")
      }
    }
    guard scale.map({ $0.isFinite && $0 > 0 }) ?? true else {
      throw .unusableVectors("the scale is \(scale ?? 0), and has to be above 0")
    }
    (self.vectors, self.names, self.scale) = (vectors, names, scale)
  }
}

/// Why a model can't be loaded as it was asked for.
public enum LoadError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Vectors of classes that aren't any.
  case unusableVectors(String)
  /// Vectors of classes with other elements than the model's features.
  case otherWidth(given: Int, features: [Int], model: String)
  /// Names for other classes than the model has.
  case otherCount(given: Int, model: String, classes: Int)
  /// Names for the classes of a model without a classifier.
  case namesAlone(model: String)
  /// An element of the features that isn't there.
  case noFeature(Int, features: Int, model: String)
  /// No element of the features, or one twice.
  case unusableFeatures([Int])
  /// Classes that a family can't be given.
  case notGivable(String, family: String)
  /// Texts for the classes of a model that can't read any.
  case noTexts(model: String, reason: String)
  /// A text that can't be a class.
  case unusableText(String, reason: String)
  /// A setting that the family doesn't have.
  case unknownOption(String, family: String, known: [String])

  public var description: String {
    switch self {
    case .unusableVectors(let reason): "class vectors: \(reason)"
    case .otherWidth(let given, let features, let model):
      "class vectors have \(given) elements, and the features of \(model) "
        + "\(features.map(String.init).joined(separator: " or ")): give vectors of the same space"
    case .otherCount(let given, let model, let classes):
      "\(given) names don't name the \(classes) classes of \(model): give one for each, in their order"
    case .namesAlone(let model):
      "\(model) is a backbone without a classifier, whose classes names alone don't make: give a vector for each"
    case .noFeature(let index, let features, let model):
      "there is no feature \(index): the features of \(model) have \(features) elements, 0 to \(features - 1)"
    case .unusableFeatures(let indices):
      indices.isEmpty
        ? "there is no feature to be a class; name one by its number"
        : "features are classes once each, and \(indices.map(String.init).joined(separator: ", ")) has one twice"
    case .noTexts(let model, let reason): "\(model) can't be given classes as texts: \(reason)"
    case .unusableText(let text, let reason): "the text '\(text)' of a class \(reason)"
    case .notGivable(let what, let family): "models of the family '\(family)' can't be given \(what)"
    case .unknownOption(let name, let family, let known):
      "the family '\(family)' has no option '\(name)' for loading"
        + (known.isEmpty ? ": it has none" : "; it has \(known.joined(separator: ", "))")
    }
  }
}

extension ClassVectors: CustomStringConvertible {
  /// How many classes there are, and the extent of a vector.
  public var description: String {
    "\(counted(names.count, "class", plural: "classes")) by vectors of \(vectors.shape[1])"
  }
}
