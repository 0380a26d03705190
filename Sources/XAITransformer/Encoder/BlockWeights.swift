import XAICore
package import XAITensor

/// The parameters of a linear layer: y = x·weightᵀ + bias.
package struct Linear: Sendable {
  /// [outputs, inputs].
  package let weight: Tensor
  /// [outputs].
  package let bias: Tensor?

  package var outputs: Int { weight.shape[0] }
  var inputs: Int { weight.shape[1] }

  /// Takes its parameters.
  package init(weight: Tensor, bias: Tensor?) { (self.weight, self.bias) = (weight, bias) }

  /// The gradients of its parameters, without that of a bias that it hasn't got.
  package func gradient(weight: Tensor, bias gradient: Tensor) -> Linear {
    Linear(weight: weight, bias: bias == nil ? nil : gradient)
  }
}

/// The parameters of a layer norm, both [width].
package struct Norm: Sendable {
  package let weight: Tensor
  package let bias: Tensor
}

/// The parameters of one block, or the gradients of them.
package struct BlockWeights: Sendable {
  var firstNorm: Norm
  /// One linear layer for queries, keys and values together, three, or one for queries and one for keys and values.
  var queryKeyValue: [Linear]
  /// Those of each transform of queries and keys, in the order in which it states them.
  var transforms: [[TransformWeight]]
  /// The norm of the heads' outputs side by side, before their projection; nil where there is none.
  var headNorm: Norm?
  var projection: Linear
  /// Nil where the MLP sees the first norm's output too.
  var secondNorm: Norm?
  /// The MLP's layer for the gate, where gate and values have one each; `expansion` is then that for the values.
  var gate: Linear?
  package var expansion: Linear
  /// The norm before the MLP's second linear layer; nil where there is none.
  var mlpNorm: Norm?
  var contraction: Linear
  /// Factors of what attention and MLP add, [width]; nil without layer scale.
  var firstScale: Tensor?
  var secondScale: Tensor?
  /// Relative position bias, [offsets, heads]; nil where the block has none of its own.
  package var positionBias: Tensor?
  /// What makes such a table; nil where nothing does.
  var positionMLP: PositionMLP?

  /// The MLP's first layer, or those for the gate and for the values.
  var expansions: [Linear] { gate.map { [$0, expansion] } ?? [expansion] }
}

/// A parameter of a transform of queries and keys.
struct TransformWeight: Sendable {
  /// What the transform calls it.
  let id: String
  let tensor: Tensor
}

/// The sizes of a block that say which parameters it has.
package struct BlockSizes {
  let width: Int
  let headCount: Int
  let mlpWidth: Int
  var mlp: VisionTransformerConfiguration.MLP
  var qkvBias: VisionTransformerConfiguration.QKVBias
  var transforms: [any AttentionTransform]
  var hasHeadNorm: Bool
  var isParallel: Bool
  var hasLayerScale: Bool
  /// The shape of the block's own table of relative position bias; nil where it has none.
  var positionBias: TensorShape?
  /// The hidden elements of the block's own MLP that makes such a table; nil where it has none.
  var positionHiddenWidth: Int?

  /// States the sizes; the choices are the plain ones by default.
  package init(
    width: Int, headCount: Int, mlpWidth: Int, mlp: VisionTransformerConfiguration.MLP = .gelu,
    qkvBias: VisionTransformerConfiguration.QKVBias = .all, transforms: [any AttentionTransform] = [],
    hasHeadNorm: Bool = false, isParallel: Bool = false, hasLayerScale: Bool = false,
    positionBias: TensorShape? = nil, positionHiddenWidth: Int? = nil
  ) {
    self.width = width
    self.headCount = headCount
    self.mlpWidth = mlpWidth
    self.mlp = mlp
    self.qkvBias = qkvBias
    self.transforms = transforms
    self.hasHeadNorm = hasHeadNorm
    self.isParallel = isParallel
    self.hasLayerScale = hasLayerScale
    self.positionBias = positionBias
    self.positionHiddenWidth = positionHiddenWidth
  }

  /// Elements that the MLP's first linear layer gives.
  var expandedWidth: Int { mlp.isGated ? 2 * mlpWidth : mlpWidth }

  /// The parameters of each transform.
  var transformParameters: [[AttentionTransformParameter]] {
    transforms.map { $0.parameters(headCount: headCount, headWidth: width / headCount) }
  }
}

extension BlockWeights {
  /// Takes the parameters of a block by its names.
  ///
  /// - Parameter stacked: gives the transforms' parameters, by their ids, that one tensor holds for all blocks.
  package init(
    _ source: ParameterSource, _ names: CheckpointNaming.Block, _ sizes: BlockSizes,
    stacked: (_ id: String) -> Tensor? = { _ in nil }
  ) {
    let (width, mlpWidth) = (sizes.width, sizes.mlpWidth)
    firstNorm = source.norm(names.firstNorm, width)
    let joint = names.joint.map { JointLinear.parts(of: source, $0, sizes) }
    queryKeyValue = joint.map { [$0.queryKeyValue] } ?? Self.queryKeyValue(source, names, sizes)
    transforms = sizes.transformParameters.map { parameters in
      parameters.map {
        let tensor = stacked($0.id) ?? source.tensor(names.attentionParameter($0.id), $0.shape)
        return TransformWeight(id: $0.id, tensor: tensor)
      }
    }
    headNorm = sizes.hasHeadNorm ? source.norm(names.headNorm, width) : nil
    projection = source.linear(names.projection, width, width)
    secondNorm = sizes.isParallel ? nil : source.norm(names.secondNorm, width)
    gate = sizes.mlp.isGated ? names.gate.map { source.linear($0, mlpWidth, width) } : nil
    expansion =
      joint?.expansion
      ?? source.linear(names.expansion, gate == nil ? sizes.expandedWidth : mlpWidth, width)
    mlpNorm = sizes.mlp.hasNorm ? source.norm(names.mlpNorm, mlpWidth) : nil
    contraction = source.linear(names.contraction, width, mlpWidth)
    func scale(_ name: String?) -> Tensor? {
      sizes.hasLayerScale ? name.map { source.tensor($0, [width]) } : nil
    }
    firstScale = scale(names.firstScale)
    // Where both branches are added at once, they have one λ.
    secondScale = names.secondScale == names.firstScale ? firstScale : scale(names.secondScale)
    positionBias = sizes.positionBias.flatMap { shape in
      names.positionBias.map { source.tensor($0, shape) }
    }
    positionMLP = sizes.positionHiddenWidth.flatMap { hidden in
      names.positionMLP.map { PositionMLP(source, $0, hidden: hidden, heads: sizes.headCount) }
    }
  }

  /// Maps to queries, keys and values, together or apart.
  private static func queryKeyValue(
    _ source: ParameterSource, _ names: CheckpointNaming.Block, _ sizes: BlockSizes
  ) -> [Linear] {
    let (width, maps) = (sizes.width, names.queryKeyValue)
    guard let biases = names.separateBiases else {
      // Of two, the first is for queries.
      let parts = maps.count == 2 ? [1, 2] : maps.map { _ in 3 / maps.count }
      return maps.enumerated().map {
        source.linear($1, parts[$0] * width, width, hasBias: sizes.qkvBias.hasBias(part: $0))
      }
    }
    let weight = source.weight(maps[0], 3 * width, width)
    guard sizes.qkvBias != .none else { return [Linear(weight: weight, bias: nil)] }
    let (query, value) = (source.tensor(biases.query, [width]), source.tensor(biases.value, [width]))
    return [
      Linear(
        weight: weight,
        bias: Tensor(
          [3 * width], query.elements + [Float](repeating: 0, count: width) + value.elements))
    ]
  }
}
