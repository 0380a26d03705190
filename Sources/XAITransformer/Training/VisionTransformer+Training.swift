public import XAICore
public import XAIFoundation
public import XAITensor

extension VisionTransformer: TrainableModel {
  /// The model with other values of all its parameters; the tensors are taken as they are, without a copy.
  public func replacingParameters(_ tensors: [String: Tensor]) -> VisionTransformer {
    let replaced = VisionTransformerWeights(configuration: configuration, naming: naming) { name, shape in
      guard let tensor = tensors[name] else {
        preconditionFailure("\(descriptor.name): the parameter '\(name)' has no new value")
      }
      precondition(
        tensor.shape == shape,
        "\(descriptor.name): the new value of '\(name)' is \(tensor.shape), and has to be \(shape)")
      return tensor
    }
    return replacing(replaced)
  }

  /// The model with new classes: heads drawn as those of an untrained model are, a linear one for a backbone.
  public func replacingHead(labels: [String], random: inout SeededRandom) -> VisionTransformer {
    precondition(!labels.isEmpty, "\(descriptor.name): a classifier has at least one class")
    let kept = Dictionary(
      uniqueKeysWithValues: parameters.lazy.filter { !$0.isHead }.map { ($0.name, $0.tensor) })
    let initial = InitialWeights(configuration: configuration, naming: naming, random: &random)
    var configuration = configuration
    configuration.classCount = labels.count
    if configuration.classifier == .none { configuration.classifier = .linear }
    let replaced = VisionTransformerWeights(configuration: configuration, naming: naming) { name, shape in
      kept[name] ?? initial.tensor(name, shape)
    }
    return replacing(replaced, configuration: configuration, labels: labels)
  }

  private func replacing(
    _ weights: VisionTransformerWeights, configuration: VisionTransformerConfiguration? = nil,
    labels: [String]? = nil
  ) -> VisionTransformer {
    var descriptor = descriptor
    if let labels { (descriptor.labels, descriptor.output) = (labels, .softmax) }
    if let configuration { descriptor.capabilities = Self.capabilities(of: configuration) }
    descriptor.parameterCount = weights.parameterCount
    return VisionTransformer(
      descriptor: descriptor, configuration: configuration ?? self.configuration, weights: weights,
      naming: naming, kernels: kernels, source: source)
  }
}
