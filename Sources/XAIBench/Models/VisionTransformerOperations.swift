package import XAICore
package import XAITransformer

/// How much arithmetic a vision transformer is: the one place that counts it.
///
/// Counted are products of matrices, a multiplication and an addition being two operations: 2·m·k·n for m×k by k×n.
/// Softmax, norms, GELU and sums are some percent more and are left out, as the field does. With N tokens of width D, g of
/// them patches of p values, MLPs of M, L layers and C classes, the forward pass of an image is
///
///     2·g·p·D + L·(8·N·D² + 4·N²·D + 4·N·D·M) + 2·D·C    (6·N·D·M where the MLP is gated)
///
/// which is 2.5 GFLOP for ViT-Ti/16, 35.1 for ViT-B/16 and 123 for ViT-L/16 at 224 × 224 pixels.
///
/// What is *needed* is less: behind the last attention the readout alone matters, so the last block's projection and MLP
/// are done for one token. Rates are given in published operations, so that programs can be compared whatever they leave
/// out; shares of a processor's peak in those that were done, so that they can't exceed 100 %.
package struct VisionTransformerOperations: Hashable, Sendable {
  private let configuration: VisionTransformerConfiguration
  private let heads: Int

  /// Counts for images of the configuration's own size.
  ///
  /// - Parameter heads: classification heads, 2 for a distilled DeiT.
  package init(_ configuration: VisionTransformerConfiguration, heads: Int = 1) {
    self.configuration = configuration
    self.heads = heads
  }

  /// Counts for a loaded model; nil where it is no plain vision transformer.
  package init?(of model: any Model) {
    guard let model = model as? VisionTransformer else { return nil }
    let heads = model.configuration.readout == .meanOfClassAndDistillation ? 2 : 1
    self.init(model.configuration, heads: heads)
  }

  // MARK: - An image

  /// The forward pass as it is published: every token through every block.
  package var forward: Double {
    embedding + Double(depth) * (attention + restOfBlock(tokens: tokens)) + pooling + readout
  }

  /// The forward pass as far as the logits need it.
  package var neededForward: Double {
    embedding + Double(depth) * attention + Double(depth - 1) * restOfBlock(tokens: tokens)
      + restOfBlock(tokens: tokensBehindLastAttention) + pooling + readout
  }

  /// The backward pass of one class to the attention of every layer, every token through every block; gradients of
  /// parameters are no part of it.
  ///
  /// Each product of the forward pass has one for the gradient of its input, and those of attention, of which both
  /// factors are activations, have two. The lowest layer's attention is where it ends.
  package var reverse: Double {
    readout + poolingReverse + Double(depth) * (restOfBlock(tokens: tokens) + product(tokens * tokens, width))
      + Double(depth - 1) * belowAttention
  }

  /// The same as far as it is needed.
  package var neededReverse: Double {
    reverse - restOfBlock(tokens: tokens) + restOfBlock(tokens: tokensBehindLastAttention)
  }

  // MARK: - Parts

  private var tokens: Double { Double(configuration.prefix.count + configuration.layout.grid.count) }
  private var width: Double { Double(configuration.width) }
  private var depth: Int { configuration.depth }

  private func product(_ size: Double, _ depth: Double) -> Double { 2 * size * depth }

  private var embedding: Double {
    product(
      Double(configuration.layout.grid.count) * width,
      Double(3 * configuration.patchHeight * configuration.patchWidth))
  }

  /// An attention pooling as it is computed: attention of the probe and all tokens, and the rest for the probe alone.
  private var pooling: Double {
    guard configuration.pooling != nil else { return 0 }
    return product((tokens + 1) * 3 * width, width) + 2 * product((tokens + 1) * (tokens + 1), width)
      + restOfPooling
  }

  /// From the gradient of the features to that of the tokens.
  private var poolingReverse: Double {
    guard configuration.pooling != nil else { return 0 }
    return restOfPooling + 4 * product((tokens + 1) * (tokens + 1), width)
      + product((tokens + 1) * 3 * width, width)
  }

  private var restOfPooling: Double {
    product(width, width) + 2 * product(width, Double(configuration.pooling?.mlpWidth ?? 0))
  }

  private var readout: Double {
    let inputs = configuration.readout == .classAndMeanOfPatches ? 2 * width : width
    return Double(heads) * product(Double(configuration.classCount), inputs)
  }

  /// Queries, keys and values, Q·Kᵀ and A·V.
  private var attention: Double { product(tokens * 3 * width, width) + 2 * product(tokens * tokens, width) }

  /// From the gradient of the attention to that of the block's input: dV, dQ and dK, and the three maps.
  private var belowAttention: Double {
    3 * product(tokens * tokens, width) + product(tokens * 3 * width, width)
  }

  /// The projection of the heads' outputs and the MLP; their reverse is as much.
  private func restOfBlock(tokens: Double) -> Double {
    let hidden = Double(configuration.mlpWidth)
    let expanded = configuration.mlp.isGated ? 2 * hidden : hidden
    return product(tokens * width, width) + product(tokens * expanded, width)
      + product(tokens * width, hidden)
  }

  private var tokensBehindLastAttention: Double {
    configuration.readout.readsPatches || configuration.pooling != nil
      ? tokens : Double(configuration.layout.readoutTokens.count)
  }
}
