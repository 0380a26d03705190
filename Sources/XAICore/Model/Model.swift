public import XAITensor

/// What can be explained: a model that takes images, and says which tokens it makes of them.
///
/// This is all that a method needs which reads attention and activations, or compares logits. Refinements are for what only
/// some models can do: ``DifferentiableModel`` for gradients and rules, ``IntervenableModel`` for logits without patches or
/// heads, ``LayerReadableModel`` for layers that are read by themselves, ``TrainableModel`` for parameters that change. A
/// model declares by `descriptor.capabilities` what of them it gives, and the conformance kit checks that both agree.
public protocol Model: Sendable, CustomStringConvertible {
  /// What it is and what it gives: architecture, size, labels, tokens, preprocessing, capabilities.
  var descriptor: ModelDescriptor { get }

  /// The tokens of an input of `height` × `width` pixels; throws when the model can't take that size.
  func layout(height: Int, width: Int) throws -> TokenLayout

  /// Runs the model on a batch [B, 3, H, W] of preprocessed images and keeps what `recording` asks for.
  func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace
}

extension Model {
  /// The descriptor's, on one line.
  public var description: String { descriptor.description }

  /// The logits [B, classes] of a batch [B, 3, H, W]; nothing is recorded.
  public func logits(_ input: Tensor) throws -> Tensor {
    try forward(input, recording: Recording()).logits
  }
}

extension Model {
  /// Throws for an input that is no batch of images.
  package func checkIsBatch(_ input: Tensor) throws(ModelError) {
    guard input.shape.rank == 4, input.shape[1] == 3, input.shape.count > 0 else {
      throw .unsupportedInput(
        model: descriptor.name,
        reason: "the input is \(input.shape), and must be images×3×height×width, with one image at least")
    }
  }
}

/// A model with a backward pass: gradients of its logits, or what other rules make of them.
public protocol DifferentiableModel: Model {
  /// Runs the backward pass.
  ///
  /// - Parameters:
  ///   - cotangent: ∂y/∂logits, [k·B, classes] target-major: rows t·B…t·B+B−1 are target t of each image.
  ///   - trace: a trace of this model that was recorded with `gradients`.
  ///   - rules: how the pass goes through each kind of operation.
  ///   - request: what is computed; nothing else is.
  ///   - visitAttention: called for each requested layer, from the last to the first, as its gradient is made.
  /// - Throws: `ModelError.foreignTrace` for a trace or cotangent that isn't of this model, `ModelError.notGiven` for a
  ///   request beyond the model's capabilities.
  func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients
}

extension DifferentiableModel {
  /// Runs the backward pass of the plain gradient without visiting attention.
  public func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules = .gradient,
    requesting request: GradientRequest
  ) throws -> Gradients {
    try backward(from: cotangent, through: trace, rules: rules, requesting: request) { _ in }
  }
}

extension Model {
  /// The model as one with a backward pass.
  ///
  /// - Throws: `ModelError.notGiven` where it has none.
  public func differentiable() throws(ModelError) -> any DifferentiableModel {
    guard let model = self as? any DifferentiableModel else {
      throw .notGiven(.ofBackwardPass, model: descriptor.name)
    }
    return model
  }
}

/// A model that runs with a part of it, or of the image, taken away.
public protocol IntervenableModel: Model {
  /// The logits [B, classes] of a batch [B, 3, H, W] with a change of what the model computes.
  ///
  /// - Throws: `ModelError.notGiven` for an intervention that the model doesn't declare, `ModelError.unsupportedInput` for
  ///   patches and heads that don't fit the batch.
  func logits(_ input: Tensor, under intervention: Intervention) throws -> Tensor
}

extension Model {
  /// The model as one that runs under interventions.
  ///
  /// - Throws: `ModelError.notGiven` where it can't.
  public func intervenable() throws(ModelError) -> any IntervenableModel {
    guard let model = self as? any IntervenableModel else {
      throw .notGiven(.ofInterventions, model: descriptor.name)
    }
    return model
  }
}

/// A change of what a model computes, for asking what a part of it does.
public enum Intervention: Hashable, Sendable {
  /// Only these patches become tokens, ascending; one list per image, all of the same length. The others are not there:
  /// no attention goes to them, and nothing stands in their place.
  case keepingPatches([[Int]])
  /// The outputs of some heads are zero before the projection that joins the heads; one list per image, of any length.
  case removingHeads([[Head]])

  /// A head of a layer.
  public struct Head: Hashable, Sendable, Codable {
    /// The layer, 0 being the first.
    public let layer: Int
    /// The head in that layer.
    public let head: Int

    /// Names a head.
    public init(layer: Int, head: Int) {
      self.layer = layer
      self.head = head
    }
  }
}

extension Intervention {
  /// What a model must be able to do.
  public var needs: Capabilities {
    switch self {
    case .keepingPatches: .patchRemoval
    case .removingHeads: .headRemoval
    }
  }
}

/// A model whose classifier can read the output of any layer as though it were the last.
public protocol LayerReadableModel: DifferentiableModel {
  /// Has the classifier read the output of each layer as though it were the last, and gives the gradient of what it says
  /// with respect to that layer's attention.
  ///
  /// - Parameters:
  ///   - cotangent: ∂y/∂logits, [k·B, classes] target-major.
  ///   - trace: a trace of this model that was recorded with `gradients` and the `output` of each of `layers`.
  ///   - layers: the layers that are read, each by itself.
  ///   - readout: which of their tokens are read.
  ///   - visitAttention: called for each layer, from the last to the first.
  func readLayers(
    from cotangent: Tensor, through trace: ForwardTrace, layers: LayerSelection, readout: LayerReadout,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws
}

extension Model {
  /// The model as one whose layers are read by themselves.
  ///
  /// - Throws: `ModelError.notGiven` where they can't be.
  public func layerReadable() throws(ModelError) -> any LayerReadableModel {
    guard let model = self as? any LayerReadableModel else {
      throw .notGiven(.layerReadouts, model: descriptor.name)
    }
    return model
  }
}

/// Which tokens of a layer the classifier reads as though it were the last.
public enum LayerReadout: String, OptionValue, CaseIterable {
  /// The mean of all tokens, prefix tokens among them, which the classifier's layer norm and head then see.
  case mean
  /// The tokens that the model reads behind its last layer, in its own way.
  case own
}

/// A model that runs on from the tokens of one of its layers, as often as there are masks of them.
public protocol TokenMaskableModel: Model {
  /// The logits [B, classes] of the layers from one on, whose tokens are multiplied by a mask before they are used.
  ///
  /// A mask counts twice: for what the layer adds to its tokens, and for what its first branch sees of them, behind the norm
  /// where one stands there; a norm would undo a factor before it. A token of weight 0 is zeros, and is still there: others
  /// attend to it.
  ///
  /// - Parameters:
  ///   - tokens: what one image has at the layer's ``Place/input``, [1, N, D].
  ///   - masks: a weight for each token of the layer, [B, N].
  ///   - layer: the layer, 0 being the first.
  ///   - layout: the tokens of the image.
  /// - Throws: `ModelError.notGiven` where the model doesn't declare it, `ModelError.unsupportedInput` for tokens and masks that
  ///   aren't those of the layer.
  func logits(
    of tokens: Tensor, under masks: Tensor, fromLayer layer: Int, layout: TokenLayout
  ) throws -> Tensor
}

extension Model {
  /// The model as one whose tokens can be masked.
  ///
  /// - Throws: `ModelError.notGiven` where they can't be.
  public func tokenMaskable() throws(ModelError) -> any TokenMaskableModel {
    guard let model = self as? any TokenMaskableModel else {
      throw .notGiven(.tokenMasking, model: descriptor.name)
    }
    return model
  }
}
