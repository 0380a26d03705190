public import XAITensor

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
