public import XAICore
import XAIFoundation
import XAIImage
public import XAITensor

/// A model whose attention, activations and gradients are given, so that an explainer can be held against a formula.
///
/// The gradient of a class is one tensor; a backward pass gives Σ_c cotangent[row, c]·gradient_c, as a linear model would.
public struct ScriptedModel: LayerReadableModel {
  public let descriptor: ModelDescriptor
  /// Attention by layer, each [B, heads, N, N].
  public var attention: [Int: Tensor] = [:]
  /// Gradients of the attention by layer, each [classes, B, heads, N, N].
  public var attentionGradients: [Int: Tensor] = [:]
  /// Activations by point, each [B, N, D], or [B, heads, N, N].
  public var activations: [ActivationPoint: Tensor] = [:]
  /// Gradients of activations by point, each [classes, B, …].
  public var activationGradients: [ActivationPoint: Tensor] = [:]

  /// Scripts a model of `layers` layers; attention and the rest are then assigned.
  public init(
    layout: TokenLayout, layers: Int, heads: Int, width: Int = 1, classes: Int = 2
  ) {
    self.descriptor = ModelDescriptor(
      name: "scripted", architecture: "scripted", labels: (0..<classes).map { "class \($0)" },
      layers: Array(
        repeating: LayerDescriptor(
          width: width, places: Self.places(width: width), attention: AttentionDescriptor(headCount: heads)),
        count: layers), parameterCount: 0, layout: layout,
      preprocessing: Preprocessing(resize: .exact(height: layout.grid.rows, width: layout.grid.columns)),
      capabilities: [
        .attention, .attentionGradients, .activations, .activationGradients, .layerReadouts,
      ])
  }

  /// Those of a transformer's block, all of one width.
  private static func places(width: Int) -> [PlaceDescriptor] {
    [.input, .firstNorm, .queries, .keys, .values].map { PlaceDescriptor($0, .tokens(width: width)) }
      + [
        PlaceDescriptor(.scores, .pairs),
        PlaceDescriptor(.projectedValues, .tokens(width: width), hasGradient: false),
      ]
      + [.headOutputs, .afterAttention, .secondNorm, .mlpHidden, .output].map {
        PlaceDescriptor($0, .tokens(width: width))
      }
  }

  /// An input that the model takes: one pixel a patch, all zero.
  public func input(images: Int = 1) -> Tensor {
    Tensor(repeating: 0, [images, 3, descriptor.layout.grid.rows, descriptor.layout.grid.columns])
  }

  /// The layout that was given, whatever the size.
  public func layout(height: Int, width: Int) -> TokenLayout { descriptor.layout }

  /// Gives what was scripted; the logits are zero.
  public func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
    ForwardTrace(
      input: input, layout: descriptor.layout,
      logits: Tensor(repeating: 0, [input.shape[0], descriptor.classCount]),
      attention: attention.filter { recording.attention.contains($0.key) },
      activations: activations.filter { recording.activations.contains($0.key) })
  }

  /// Gives the scripted gradients of the classes of the cotangent.
  public func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    for layer in (0..<descriptor.layerCount).reversed() where request.attention.contains(layer) {
      guard let attention = attention[layer], let gradient = attentionGradients[layer] else { continue }
      try visitAttention(
        AttentionGradient(layer: layer, attention: attention, gradient: combine(gradient, by: cotangent)))
    }
    var gradients = Gradients()
    for point in request.activations {
      gradients.activations[point] = activationGradients[point].map { combine($0, by: cotangent) }
    }
    return gradients
  }

  /// Gives the scripted gradients of the attention as those of layers that are read by themselves.
  public func readLayers(
    from cotangent: Tensor, through trace: ForwardTrace, layers: LayerSelection, readout: LayerReadout,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws {
    _ = try backward(
      from: cotangent, through: trace, rules: .gradient, requesting: GradientRequest(attention: layers),
      visitAttention: visitAttention)
  }

  /// Σ_c cotangent[t·B + i, c]·gradient[c, i].
  private func combine(_ gradient: Tensor, by cotangent: Tensor) -> Tensor {
    let (classes, images) = (gradient.shape[0], gradient.shape[1])
    let rows = (0..<cotangent.shape[0]).flatMap { row in
      var sum = [Float](repeating: 0, count: gradient.count / (classes * images))
      for c in 0..<classes {
        let factor = cotangent[row].elements[c]
        for (index, value) in gradient[c][row % images].elements.enumerated() { sum[index] += factor * value }
      }
      return sum
    }
    return Tensor(TensorShape([cotangent.shape[0]] + gradient.shape.extents.dropFirst(2)), rows)
  }
}

extension ScriptedModel {
  /// A scripted model of random attention, activations and gradients, the same for the same seed.
  public static func random(
    layout: TokenLayout, layers: Int = 3, heads: Int = 3, headWidth: Int = 2, images: Int = 2,
    classes: Int = 2,
    seed: UInt64 = 1
  ) -> ScriptedModel {
    var random = SeededRandom(seed: seed)
    let (tokens, width) = (layout.tokenCount, heads * headWidth)
    var model = ScriptedModel(
      layout: layout, layers: layers, heads: heads, width: width, classes: classes)
    for layer in 0..<layers {
      model.attention[layer] = random.attention(images: images, heads: heads, tokens: tokens)
      model.attentionGradients[layer] = random.normal([classes, images, heads, tokens, tokens])
      for listed in model.descriptor.layers[layer].places {
        let point = ActivationPoint(layer: layer, place: listed.place)
        let shape: [Int] =
          switch listed.form {
          case .tokens(let width): [images, tokens, width]
          case .pairs: [images, heads, tokens, tokens]
          }
        model.activations[point] = random.normal(TensorShape(shape))
        guard listed.hasGradient else { continue }
        model.activationGradients[point] = random.normal(TensorShape([classes] + shape))
      }
    }
    return model
  }

  /// The attention of one head as a matrix.
  public func attentionMatrix(layer: Int, image: Int, head: Int) -> Matrix {
    require(attention[layer] != nil, "no attention of layer \(layer) was scripted")
    return attention[layer].map { Matrix($0[image][head]) } ?? .identity(0)
  }

  /// The gradient of one head's attention for a class as a matrix.
  public func attentionGradientMatrix(layer: Int, image: Int, head: Int, classIndex: Int) -> Matrix {
    require(attentionGradients[layer] != nil, "no attention gradient of layer \(layer) was scripted")
    return attentionGradients[layer].map { Matrix($0[classIndex][image][head]) } ?? .identity(0)
  }
}
