public import XAICore
import XAITensor

extension VisionTransformer {
  /// Every parameter by its name in the checkpoint: embedding, blocks from the first to the last, norm, heads.
  public var parameters: [XAICore.Parameter] {
    var list = ParameterList(naming: naming)
    list.add(
      naming.patch, weight: weights.patch.weight.reshaped(to: configuration.patchShape),
      bias: weights.patch.bias)
    var row = 0
    for (name, tokens) in naming.prefixTensors(of: configuration.prefix) {
      list.add(name, weights.prefix[row..<row + tokens].reshaped(to: [1, tokens, configuration.width]))
      row += tokens
    }
    if configuration.hasPositionEmbeddings {
      list.add(
        naming.positions,
        weights.positions.reshaped(to: [1, weights.positions.shape[0], configuration.width]))
    }
    list.add(naming.positionBias, weights.positionBias)
    for (index, block) in weights.blocks.enumerated() {
      let names = naming.block(index)
      list.layer = index
      list.add(names.firstNorm, block.firstNorm)
      for (name, linear) in zip(names.queryKeyValue, block.queryKeyValue) {
        list.add(name, linear, separateBiases: names.separateBiases)
      }
      list.add(names.positionBias, block.positionBias)
      list.add(names.projection, block.projection)
      list.add(names.secondNorm, block.secondNorm)
      list.add(names.expansion, block.expansion)
      list.add(names.contraction, block.contraction)
      list.add(names.firstScale, block.firstScale)
      list.add(names.secondScale, block.secondScale)
    }
    list.layer = nil
    list.add(naming.finalNorm, weights.finalNorm)
    for (name, head) in zip(naming.heads, weights.heads) {
      switch head {
      case .linear(let linear): list.add(name, linear, isHead: true)
      case .cosine(let head):
        if let projection = head.projection { list.add(naming.projection, projection) }
        list.add(name, weight: head.vectors, bias: nil, isHead: true)
      }
    }
    return list.parameters
  }
}

/// Parameters in the order in which they are added.
private struct ParameterList {
  let naming: CheckpointNaming
  /// The block that is being added.
  var layer: Int?
  private(set) var parameters: [XAICore.Parameter] = []

  init(naming: CheckpointNaming) {
    self.naming = naming
  }

  mutating func add(_ name: String, _ tensor: Tensor, isHead: Bool = false, isDecayed: Bool = false) {
    parameters.append(
      Parameter(name: name, tensor: tensor, isHead: isHead, isDecayed: isDecayed, layer: layer))
  }

  mutating func add(_ owner: String, weight: Tensor, bias: Tensor?, isHead: Bool = false) {
    add(naming.tensor(owner, .weight), weight, isHead: isHead, isDecayed: true)
    if let bias { add(naming.tensor(owner, .bias), bias, isHead: isHead) }
  }

  mutating func add(_ owner: String, _ linear: Linear, isHead: Bool = false) {
    add(owner, weight: linear.weight, bias: linear.bias, isHead: isHead)
  }

  /// A map whose bias is that of queries, zeros for keys, and that of values, where `separateBiases` names them.
  mutating func add(
    _ owner: String, _ linear: Linear, separateBiases: CheckpointNaming.SeparateBiases?
  ) {
    guard let separateBiases, let bias = linear.bias else { return add(owner, linear) }
    let width = linear.inputs
    add(owner, weight: linear.weight, bias: nil)
    add(separateBiases.query, bias[0..<width])
    add(separateBiases.value, bias[2 * width..<3 * width])
  }

  /// What some models have.
  mutating func add(_ name: String?, _ tensor: Tensor?) {
    if let name, let tensor { add(name, tensor, isHead: false) }
  }

  mutating func add(_ owner: String, _ norm: Norm) {
    add(naming.tensor(owner, .weight), norm.weight)
    add(naming.tensor(owner, .bias), norm.bias)
  }
}
