package import XAITensor

/// A model that can be taken apart: without some of its heads, and read at single tokens.
///
/// It is for tools of this package. What plugins may rely on are the refinements of ``Model``.
package protocol InspectableModel: Model {
  /// The same model whose named heads give zeros, for everything that the model itself can do.
  ///
  /// - Throws: `ModelError.notGiven` where that would change more than these heads.
  func removing(_ heads: Set<Intervention.Head>) throws(ModelError) -> any Model

  /// The logits that the classifier gives the output of a layer, [B, N, D], as though it were the last: [B, classes].
  func readoutLogits(ofLayerOutput tokens: Tensor, _ layout: TokenLayout) throws(ModelError) -> Tensor

  /// The logits that the classifier gives single tokens, [tokens, D], each as though it were all that is read:
  /// [tokens, classes].
  func tokenLogits(of tokens: Tensor) throws(ModelError) -> Tensor
}
