public import XAIFoundation
public import XAITensor
public import XAIWeights

/// A family of models that can be loaded from a directory.
public protocol ModelArchitecture: Plugin {
  /// What the family is, for lists and checks.
  static var descriptor: ArchitectureDescriptor { get }

  /// Whether the directory's configuration is of this family; nothing else of the directory is read.
  static func matches(_ directory: ModelDirectory) -> Bool

  /// Whether the directory has all that makes class vectors of texts: a text tower and its tokenizer.
  static func readsTexts(_ directory: ModelDirectory) -> Bool

  /// Loads a model.
  ///
  /// - Parameters:
  ///   - directory: where the model lies.
  ///   - request: what it runs on, the classes that it is given, and the family's own options.
  /// - Throws: for a configuration that is not supported, by the name of its key, for weights that do not fit it, and
  ///   `LoadError` for what is asked for and can't be given.
  static func load(_ directory: ModelDirectory, _ request: LoadRequest) throws -> any Model

  /// Makes a model that has learnt nothing yet from the configuration of a directory; its weights aren't looked at.
  ///
  /// - Parameters:
  ///   - directory: has the configuration.
  ///   - labels: one per class; the configuration's own classes don't count.
  ///   - random: where the first weights come from.
  ///   - kernels: what the arithmetic runs on.
  /// - Throws: for a configuration that is not supported, and for a family that can't be trained.
  static func makeUntrained(
    _ directory: ModelDirectory, labels: [String], random: inout SeededRandom, on kernels: any Kernels
  ) throws -> any TrainableModel
}

extension ModelArchitecture {
  /// No: a family of image towers alone.
  public static func readsTexts(_ directory: ModelDirectory) -> Bool { false }

  /// Refuses: a family that can be loaded and not trained.
  public static func makeUntrained(
    _ directory: ModelDirectory, labels: [String], random: inout SeededRandom, on kernels: any Kernels
  ) throws -> any TrainableModel {
    throw ModelError.notTrainable(
      model: directory.path,
      reason: "models of the family '\(descriptor.id)' can't be trained from scratch here")
  }
}

extension ModelArchitecture {
  /// Loads a model by the path of its directory, or by its name on the Hugging Face hub where it was downloaded before.
  ///
  /// - Parameters:
  ///   - model: the path or the name.
  ///   - classes: the classes that it is to have; nil for its own.
  ///   - kernels: what it runs on; nil for the fastest ones of this processor.
  /// - Throws: as ``load(_:_:)``; `ModelDirectoryError` where there is no such directory.
  public static func load(
    _ model: String, classes: ClassSource? = nil, on kernels: (any Kernels)? = nil
  ) throws -> any Model {
    try load(
      ModelDirectory(model),
      LoadRequest(kernels: kernels ?? KernelSelection.makeKernels(), classes: classes))
  }
}

/// What a family of models is, for lists and checks.
public struct ArchitectureDescriptor: Hashable, Sendable, Codable {
  /// What users write, kebab-case.
  public let id: String
  /// What people call it.
  public let title: String
  /// One sentence that says what is supported.
  public let summary: String
  /// Hugging Face classes whose checkpoints load.
  public let huggingFaceClasses: [String]
  /// timm names that load; `*` stands for anything.
  public let timmNames: [String]
  /// What every model of the family that has classes can do beside giving logits; a backbone without a classifier less.
  public let capabilities: Capabilities
  /// Whether all layers of a model work on the same tokens, which some explainers need.
  public let isIsotropic: Bool
  /// Where the classes of a model can come from.
  public let classes: [ClassKind]
  /// What is refused although a class or a name above seems to include it, in a few words; empty for nothing.
  public let leftOut: String
  /// Where it was published.
  public let citation: Citation

  /// Where the classes of a model come from.
  public enum ClassKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// The checkpoint's own classifier.
    case classifier
    /// Vectors that are given.
    case vectors
    /// Images of each class.
    case images
    /// Texts, of which a tower of the checkpoint makes vectors.
    case texts
  }

  /// Describes a family.
  public init(
    id: String, title: String, summary: String, huggingFaceClasses: [String], timmNames: [String],
    capabilities: Capabilities, isIsotropic: Bool = true,
    classes: [ClassKind] = [.classifier, .vectors, .images], leftOut: String = "", citation: Citation
  ) {
    self.id = id
    self.title = title
    self.summary = summary
    self.huggingFaceClasses = huggingFaceClasses
    self.timmNames = timmNames
    self.capabilities = capabilities
    self.isIsotropic = isIsotropic
    self.classes = classes
    self.leftOut = leftOut
    self.citation = citation
  }
}
