public import XAIFoundation
public import XAITensor
public import XAIWeights

/// A model whose parameters can be changed and written.
///
/// Its gradients by `GradientRequest(parameters: true)`, and those of its head by `headParameters`, are named as its
/// parameters are.
public protocol TrainableModel: DifferentiableModel, ParameterListing {
  /// Every parameter by its name in the checkpoint, in an order that stays.
  var parameters: [NamedParameter] { get }

  /// Tensors by name that nothing is made of, and without which the library of the directory's format would find the
  /// directory incomplete; none by default.
  var unreadTensors: [String: Tensor] { get }

  /// The model with other values of all its parameters.
  ///
  /// - Parameter tensors: one for each name, in the shape that the parameter has.
  func replacingParameters(_ tensors: [String: Tensor]) -> Self

  /// The model with new classes: a classifier of small random weights.
  func replacingHead(labels: [String], random: inout SeededRandom) -> Self

  /// The files of its directory beside the weights, as text by file name: configuration and preprocessing.
  ///
  /// - Throws: where the library that reads such directories has no model of this kind.
  func configurationFiles() throws -> [String: String]
}

extension TrainableModel {
  /// The parameters.
  public var namedTensors: [(name: String, tensor: Tensor)] { parameters.map { ($0.name, $0.tensor) } }

  /// None.
  public var unreadTensors: [String: Tensor] { [:] }
}

extension Model {
  /// The model as one whose parameters can be changed.
  ///
  /// - Throws: `ModelError.notTrainable` where they can't be.
  public func trainable() throws(ModelError) -> any TrainableModel {
    guard let model = self as? any TrainableModel else {
      throw .notTrainable(
        model: descriptor.name,
        reason: "models of the family '\(descriptor.architecture)' can't be trained here")
    }
    return model
  }
}

/// A parameter of a model.
public struct NamedParameter: Sendable {
  /// What the checkpoint calls it.
  public let name: String
  /// Its value.
  public let tensor: Tensor
  /// Whether it belongs to the classifier that new classes replace.
  public let isHead: Bool
  /// Whether weight decay applies to it: to the matrices of linear layers, not to biases, norms, tokens and positions.
  public let isDecayed: Bool
  /// The block that it is in; nil for what is before the first and behind the last.
  public let layer: Int?

  /// Names a parameter.
  public init(name: String, tensor: Tensor, isHead: Bool, isDecayed: Bool, layer: Int? = nil) {
    self.name = name
    self.tensor = tensor
    self.isHead = isHead
    self.isDecayed = isDecayed
    self.layer = layer
  }
}

/// The name of the weight file of a written model.
private let weightsName = "model.safetensors"

extension TrainableModel {
  /// Writes the model as a directory that loads again, here and in the library whose format it has.
  ///
  /// Each file appears whole or not at all, the weights last: until they are there, nothing loads. Where the folder
  /// already holds a model with other configuration files, its weights are removed first, so that at no time new classes
  /// stand beside old weights; where the files are the same, as in checkpoints of one training, the old weights stay
  /// until the new ones replace them.
  ///
  /// - Parameters:
  ///   - folder: made where it isn't there.
  ///   - type: how weights are stored; F16 and BF16 take half the room of F32 and round.
  /// - Throws: what `configurationFiles` throws, `ModelError.unsuitableFolder` for the folder of a model of another
  ///   kind, `FileError`, and `SafetensorsError` for values beyond the range of `type`.
  public func write(to folder: String, type: StoredType = .float32) throws {
    let files = try configurationFiles().ordered { $0.key < $1.key }
    try FileSystem.makeFolder(folder)
    try checkSuitable(folder, for: files.map(\.key))
    let isUnchanged = files.allSatisfy { name, text in
      (try? FileContents.read("\(folder)/\(name)")) == Array(text.utf8)
    }
    if !isUnchanged {
      if exists("\(folder)/\(weightsName)") { try removeWeights(folder) }
      for (name, text) in files { try AtomicFile.write(text.utf8, to: "\(folder)/\(name)") }
    }
    let tensors = parameters.reduce(into: unreadTensors) { $0[$1.name] = $1.tensor }
    // `transformers` takes only files that say whose tensors they hold; these are laid out as PyTorch's are.
    try SafetensorsWriter(type: type, metadata: ["format": "pt"])
      .write(tensors, to: "\(folder)/\(weightsName)")
  }

  /// Files that this model wouldn't replace and that a loader would read beside its own.
  private func checkSuitable(_ folder: String, for names: [String]) throws(ModelError) {
    let foreign = ["preprocessor_config.json", "model.safetensors.index.json", "pytorch_model.bin"]
      .filter { !names.contains($0) && exists("\(folder)/\($0)") }
    guard foreign.isEmpty else {
      throw .unsuitableFolder(
        path: folder,
        reason:
          "it has \(foreign.joined(separator: " and ")) of a model of another kind; give an empty folder")
    }
  }

  private func removeWeights(_ folder: String) throws(FileError) {
    guard FileSystem.removeFile("\(folder)/\(weightsName)") else {
      throw .notReplaceable(path: "\(folder)/\(weightsName)", reason: "the old weights can't be removed")
    }
  }

  private func exists(_ path: String) -> Bool { FileSystem.kind(of: path) != nil }
}
