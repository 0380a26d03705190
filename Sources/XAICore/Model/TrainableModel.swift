public import XAIFoundation
public import XAITensor

/// A model whose parameters can be changed and written.
///
/// Its gradients by `GradientRequest(parameters: true)`, and those of its head by `headParameters`, are named as its
/// parameters are.
public protocol TrainableModel: DifferentiableModel {
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
  /// Whether weight decay applies to it: to the matrices of linear maps, not to biases, norms, tokens and positions.
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
