public import XAICore
public import XAIFoundation
public import XAITensor

extension VisionTransformer: TrainableModel {
  /// The model with other values of all its parameters; the tensors are taken as they are, without a copy.
  public func replacingParameters(_ tensors: [String: Tensor]) -> VisionTransformer {
    let replaced = VisionTransformerWeights(configuration: configuration, naming: naming) { name, shape in
      guard let tensor = tensors[name] else {
        fatalError("\(descriptor.name): the parameter '\(name)' has no new value")
      }
      require(
        tensor.shape == shape,
        "\(descriptor.name): the new value of '\(name)' is \(tensor.shape), and has to be \(shape)")
      return tensor
    }
    return replacing(replaced)
  }

  /// The model with new classes: heads drawn as those of an untrained model are, a linear one for a backbone.
  public func replacingHead(labels: [String], random: inout SeededRandom) -> VisionTransformer {
    require(!labels.isEmpty, "\(descriptor.name): a classifier has at least one class")
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

extension VisionTransformer {
  /// Every parameter by its name in the checkpoint: embedding, blocks from the first to the last, norm, heads.
  public var parameters: [NamedParameter] {
    var list = ParameterList(naming: naming)
    list.add(
      naming.patch,
      weight: weights.patch.weight.reshaped(
        to: configuration.patch.projectionShape(outputs: configuration.width)),
      bias: weights.patch.bias)
    var row = 0
    for (name, tokens) in naming.prefixTensors(of: configuration.prefix) {
      let shape = naming.prefixShape(tokens: tokens, width: configuration.width)
      list.add(name, weights.prefix[row..<row + tokens].reshaped(to: shape))
      row += tokens
    }
    if let positions = weights.positions {
      let shape = naming.tokenShape(tokens: positions.shape[0], width: configuration.width)
      list.add(naming.positions, positions.reshaped(to: shape))
    }
    list.add(naming.embeddingNorm, weights.embeddingNorm)
    list.add(naming.positionBias, weights.positionBias)
    list.add(naming.positionMLP, weights.positionMLP)
    for (layer, block) in weights.blocks.enumerated() { list.add(block, naming.block(layer), ofLayer: layer) }
    for (name, tensor) in naming.stacks(of: weights.blocks) {
      list.add(name, tensor, isHead: false)
    }
    if let pooling = weights.pooling {
      list.add(
        naming.probe,
        pooling.probe.reshaped(to: naming.probeShape(width: configuration.width)))
      list.add(pooling.block, naming.poolingBlock, ofLayer: weights.blocks.count)
    } else {
      list.add(naming.finalNorm, weights.finalNorm)
    }
    for (name, head) in zip(naming.heads, weights.heads) {
      switch head {
      case .linear(let linear): list.add(name, linear, isHead: true)
      case .cosine(let head):
        if let projection = head.projection {
          list.add(
            naming.projection, weight: naming.arrangedProjection(projection.weight), bias: projection.bias)
        }
        list.add(name, weight: head.vectors, bias: nil, isHead: true)
      }
    }
    return list.parameters
  }
}

extension CheckpointNaming {
  /// The parameters of a block, or the gradients of them, by name.
  func parameters(of block: BlockWeights, _ names: Block, layer: Int) -> [NamedParameter] {
    var list = ParameterList(naming: self)
    list.add(block, names, ofLayer: layer)
    return list.parameters
  }
}

/// Parameters in the order in which they are added.
package struct ParameterList {
  private let naming: CheckpointNaming
  /// The block that is being added.
  package var layer: Int?
  package private(set) var parameters: [NamedParameter] = []

  /// An empty list of parameters that these names are for.
  package init(naming: CheckpointNaming) {
    self.naming = naming
  }

  /// The parameters of a block.
  package mutating func add(_ block: BlockWeights, ofLayer index: Int) {
    add(block, naming.block(index), ofLayer: index)
  }

  mutating func add(_ block: BlockWeights, _ names: CheckpointNaming.Block, ofLayer index: Int) {
    layer = index
    add(names.firstNorm, block.firstNorm)
    if let joint = names.joint {
      add(
        joint,
        JointLinear.whole(expansion: block.expansion, queryKeyValue: block.queryKeyValue[0]))
    } else {
      for (name, linear) in zip(names.queryKeyValue, block.queryKeyValue) {
        add(name, linear, separateBiases: names.separateBiases)
      }
    }
    add(names.positionBias, block.positionBias)
    add(names.positionMLP, block.positionMLP)
    for parameter in block.transforms.joined()
    where !naming.stackedParameters.contains(parameter.id) {
      add(names.attentionParameter(parameter.id), parameter.tensor, isHead: false)
    }
    add(names.headNorm, block.headNorm)
    add(names.projection, block.projection)
    add(names.secondNorm, block.secondNorm)
    if let name = names.gate, let gate = block.gate { add(name, gate) }
    if names.joint == nil { add(names.expansion, block.expansion) }
    add(names.mlpNorm, block.mlpNorm)
    add(names.contraction, block.contraction)
    add(names.firstScale, block.firstScale)
    if names.secondScale != names.firstScale { add(names.secondScale, block.secondScale) }
    layer = nil
  }

  package mutating func add(_ name: String, _ tensor: Tensor, isHead: Bool = false, isDecayed: Bool = false) {
    parameters.append(
      NamedParameter(name: name, tensor: tensor, isHead: isHead, isDecayed: isDecayed, layer: layer))
  }

  package mutating func add(_ owner: String, weight: Tensor, bias: Tensor?, isHead: Bool = false) {
    add(naming.tensor(owner, .weight), weight, isHead: isHead, isDecayed: true)
    if let bias { add(naming.tensor(owner, .bias), bias, isHead: isHead) }
  }

  package mutating func add(_ owner: String, _ linear: Linear, isHead: Bool = false) {
    add(owner, weight: linear.weight, bias: linear.bias, isHead: isHead)
  }

  /// A linear layer whose bias is that of queries, zeros for keys, and that of values, where `separateBiases` names them.
  package mutating func add(
    _ owner: String, _ linear: Linear, separateBiases: CheckpointNaming.SeparateBiases?
  ) {
    guard let separateBiases, let bias = linear.bias else { return add(owner, linear) }
    let width = linear.inputs
    add(owner, weight: linear.weight, bias: nil)
    add(separateBiases.query, bias[0..<width])
    add(separateBiases.value, bias[2 * width..<3 * width])
  }

  /// What some models have.
  package mutating func add(_ name: String?, _ tensor: Tensor?) {
    if let name, let tensor { add(name, tensor, isHead: false) }
  }

  mutating func add(_ name: String?, _ mlp: PositionMLP?) {
    guard let name, let mlp else { return }
    let names = PositionMLP.layers(of: name)
    add(names.expansion, mlp.expansion)
    add(names.contraction, mlp.contraction)
  }

  package mutating func add(_ owner: String, _ norm: Norm) {
    add(naming.tensor(owner, .weight), norm.weight)
    add(naming.tensor(owner, .bias), norm.bias)
  }

  package mutating func add(_ owner: String, _ norm: Norm?) {
    if let norm { add(owner, norm) }
  }
}
