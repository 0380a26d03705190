import XAICore
import XAITensor

/// The parameters of a linear layer: y = x·weightᵀ + bias.
struct Linear: Sendable {
  /// [outputs, inputs].
  let weight: Tensor
  /// [outputs].
  let bias: Tensor?

  var outputs: Int { weight.shape[0] }
  var inputs: Int { weight.shape[1] }

  /// The gradients of its parameters, without that of a bias that it hasn't got.
  func gradient(weight: Tensor, bias gradient: Tensor) -> Linear {
    Linear(weight: weight, bias: bias == nil ? nil : gradient)
  }
}

/// The parameters of a layer norm, both [width].
struct Norm: Sendable {
  let weight: Tensor
  let bias: Tensor
}

/// The parameters of one block, or the gradients of them.
struct BlockWeights: Sendable {
  var firstNorm: Norm
  /// One linear layer for queries, keys and values together, three, or one for queries and one for keys and values.
  var queryKeyValue: [Linear]
  /// Those of each transform of queries and keys, in the order in which it states them.
  var transforms: [[TransformWeight]]
  var projection: Linear
  var secondNorm: Norm
  var expansion: Linear
  /// The norm before the MLP's second linear layer; nil where there is none.
  var mlpNorm: Norm?
  var contraction: Linear
  /// Factors of what attention and MLP add, [width]; nil without layer scale.
  var firstScale: Tensor?
  var secondScale: Tensor?
  /// Relative position bias, [offsets, heads]; nil where the block has none of its own.
  var positionBias: Tensor?
}

/// A parameter of a transform of queries and keys.
struct TransformWeight: Sendable {
  /// What the transform calls it.
  let id: String
  let tensor: Tensor
}

/// The sizes of a block that say which parameters it has.
struct BlockSizes {
  let width: Int
  let headCount: Int
  let mlpWidth: Int
  var mlp = VisionTransformerConfiguration.MLP.gelu
  var qkvBias = VisionTransformerConfiguration.QKVBias.all
  var transforms: [any AttentionTransform] = []
  var hasLayerScale = false
  /// The shape of the block's own table of relative position bias; nil where it has none.
  var positionBias: TensorShape?

  /// Elements that the MLP's first linear layer gives.
  var expandedWidth: Int { mlp.isGated ? 2 * mlpWidth : mlpWidth }

  /// The parameters of each transform.
  var transformParameters: [[AttentionTransformParameter]] {
    transforms.map { $0.parameters(headCount: headCount, headWidth: width / headCount) }
  }
}

extension BlockWeights {
  /// Takes the parameters of a block by its names.
  init(_ source: ParameterSource, _ names: CheckpointNaming.Block, _ sizes: BlockSizes) {
    let (width, mlpWidth) = (sizes.width, sizes.mlpWidth)
    firstNorm = source.norm(names.firstNorm, width)
    queryKeyValue = Self.queryKeyValue(source, names, sizes)
    transforms = sizes.transformParameters.map { parameters in
      parameters.map {
        TransformWeight(id: $0.id, tensor: source.tensor(names.attentionParameter($0.id), $0.shape))
      }
    }
    projection = source.linear(names.projection, width, width)
    secondNorm = source.norm(names.secondNorm, width)
    expansion = source.linear(names.expansion, sizes.expandedWidth, width)
    mlpNorm = sizes.mlp.hasNorm ? source.norm(names.mlpNorm, mlpWidth) : nil
    contraction = source.linear(names.contraction, width, mlpWidth)
    func scale(_ name: String?) -> Tensor? {
      sizes.hasLayerScale ? name.map { source.tensor($0, [width]) } : nil
    }
    (firstScale, secondScale) = (scale(names.firstScale), scale(names.secondScale))
    positionBias = sizes.positionBias.flatMap { shape in
      names.positionBias.map { source.tensor($0, shape) }
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
