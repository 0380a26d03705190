public import XAITensor

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
