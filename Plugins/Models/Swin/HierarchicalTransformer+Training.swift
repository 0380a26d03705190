public import XAICore
public import XAIFoundation
public import XAITensor
import XAITransformer

extension HierarchicalTransformer: TrainableModel {
  /// Every parameter by its name in the checkpoint: embedding, stages from the first to the last, norm, head.
  public var parameters: [NamedParameter] {
    var list = ParameterList(naming: naming.flat(configuration))
    list.add(
      naming.patch,
      weight: weights.patch.weight.reshaped(
        to: configuration.patch.projectionShape(outputs: weights.patch.outputs)),
      bias: weights.patch.bias)
    list.add(naming.patchNorm, weights.patchNorm)
    if let positions = weights.positions {
      list.add(naming.positions, positions.reshaped(to: [1, positions.shape[0], positions.shape[1]]))
    }
    var stage = 0
    for (layer, block) in weights.blocks.enumerated() {
      if stageOfLayer[layer] > stage {
        stage = stageOfLayer[layer]
        let (names, merge) = (naming.merge(stage), weights.merges[stage - 1])
        list.layer = layer
        list.add(names.norm, merge.norm)
        list.add(names.reduction, weight: merge.reduction.weight, bias: nil)
      }
      list.add(block, ofLayer: layer)
      guard configuration.version == .second else { continue }
      let bias = weights.continuousBiases[layer]
      list.layer = layer
      list.add(bias.expansion, bias.contraction, naming.continuousBias(ofLayer: layer, configuration))
    }
    list.layer = nil
    list.add(naming.finalNorm, weights.finalNorm)
    switch weights.head {
    case .linear(let linear)?: list.add(naming.head, linear, isHead: true)
    case .cosine(let head)?: list.add(naming.head, weight: head.vectors, bias: nil, isHead: true)
    case nil: break
    }
    return list.parameters
  }

  /// The model with other values of all its parameters; the tensors are taken as they are, without a copy.
  public func replacingParameters(_ tensors: [String: Tensor]) -> HierarchicalTransformer {
    replacing(
      HierarchicalWeights(configuration: configuration, naming: naming) { name, shape in
        guard let tensor = tensors[name] else {
          fatalError("\(descriptor.name): the parameter '\(name)' has no new value")
        }
        require(
          tensor.shape == shape,
          "\(descriptor.name): the new value of '\(name)' is \(tensor.shape), and has to be \(shape)")
        return tensor
      })
  }

  /// The model with new classes: a head drawn as that of an untrained model is, also for a backbone.
  public func replacingHead(labels: [String], random: inout SeededRandom) -> HierarchicalTransformer {
    require(!labels.isEmpty, "\(descriptor.name): a classifier has at least one class")
    let kept = Dictionary(
      uniqueKeysWithValues: parameters.lazy.filter { !$0.isHead }.map { ($0.name, $0.tensor) })
    let initial = InitialWeights(configuration: configuration, naming: naming, random: &random)
    var configuration = configuration
    configuration.classCount = labels.count
    if configuration.classifier == .none { configuration.classifier = .linear }
    let weights = HierarchicalWeights(configuration: configuration, naming: naming) { name, shape in
      kept[name] ?? initial.tensor(name, shape)
    }
    return replacing(weights, configuration: configuration, labels: labels)
  }

  private func replacing(
    _ weights: HierarchicalWeights, configuration: HierarchicalConfiguration? = nil, labels: [String]? = nil
  ) -> HierarchicalTransformer {
    var descriptor = descriptor
    if let labels { (descriptor.labels, descriptor.output) = (labels, .softmax) }
    if let configuration {
      descriptor.capabilities = Self.capabilities(of: configuration)
    }
    descriptor.parameterCount = weights.parameterCount
    return HierarchicalTransformer(
      descriptor: descriptor, configuration: configuration ?? self.configuration, weights: weights,
      naming: naming, kernels: kernels, source: source)
  }

  /// `config.json`, and for Hugging Face's format `preprocessor_config.json`: what the model was loaded with, with its
  /// present classes, in the form that `transformers` and timm read.
  ///
  /// - Throws: `ModelError.notTrainable` for a model that came from no directory, and for a preprocessing that Hugging
  ///   Face's image processors don't know.
  public func configurationFiles() throws -> [String: String] {
    guard configuration.classCount > 0 else {
      throw ModelError.notTrainable(
        model: descriptor.name,
        reason: "it is a backbone, and a model that is written has a classifier; give it new classes")
    }
    if configuration.classifier != .linear {
      throw ModelError.notTrainable(
        model: descriptor.name,
        reason: "its classes are vectors, for which the library's configuration has no place")
    }
    if let reason = naming.reasonAgainstClassifier {
      throw ModelError.notTrainable(model: descriptor.name, reason: "it \(reason)")
    }
    let isFirst = configuration.version == .first
    return try ConfigurationFiles(
      of: descriptor, source: source, modelType: isFirst ? "swin" : "swinv2",
      classifierClass: isFirst ? "SwinForImageClassification" : "Swinv2ForImageClassification",
      epsilon: configuration.epsilon, size: (configuration.imageHeight, configuration.imageWidth)
    ).files()
  }
}

extension HierarchicalNaming {
  /// The names of blocks by their layer, and what else a vision transformer of one stage has.
  func flat(_ configuration: HierarchicalConfiguration) -> CheckpointNaming {
    let (layers, block) = (configuration.layers, self.block)
    return CheckpointNaming(
      patch: patch, prefix: [:], positions: positions,
      block: { block(layers[$0].stage, layers[$0].block) }, finalNorm: finalNorm, heads: [head])
  }

  /// The names of what makes the position bias of a layer.
  func continuousBias(ofLayer layer: Int, _ configuration: HierarchicalConfiguration) -> ContinuousBias {
    let place = configuration.layers[layer]
    return continuousBias(place.stage, place.block)
  }
}

extension ParameterList {
  /// The two layers that make the position bias of an offset.
  mutating func add(
    _ expansion: Linear, _ contraction: Linear, _ names: HierarchicalNaming.ContinuousBias
  ) {
    add(names.expansion, expansion)
    add(names.contraction, contraction)
  }
}
