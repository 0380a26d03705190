import XAICore

extension VisionTransformer {
  /// Throws where a forward pass would need more memory than the machine has, before it is killed for it.
  ///
  /// Attention grows with the square of the tokens: an input that is four times as wide and high needs 256 times as
  /// much.
  func checkMemory(batch: Int, _ layout: TokenLayout, _ recording: Recording) throws(ModelError) {
    try checkMemory(
      bytesPerInput: bytesPerImage(tokens: Double(layout.tokenCount), recording), batch: batch, layout)
  }

  /// Float32 values of one image that are in memory at once.
  private func bytesPerImage(tokens: Double, _ recording: Recording) -> Double {
    let (width, mlpWidth) = (Double(configuration.width), Double(configuration.blockSizes.expandedWidth))
    let attention = Double(configuration.headCount) * tokens * tokens
    // Queries and keys are there a second time where something is done to them.
    let copies: Double = configuration.attentionTransforms.isEmpty ? 0 : 2
    let activations = tokens * (((recording.parameters ? 9 : 6) + copies) * width + mlpWidth)
    let layers = 0..<configuration.depth
    let keptAttention =
      layers.filter { recording.gradients || recording.attention.contains($0) }.count
      + recording.activations.count { $0.place == .scores }
    let keptActivations = recording.gradients ? configuration.depth : 0
    // Biases of scores are made once for all images, so the first pays for them.
    let biases = configuration.positionBias.map { $0.isPerLayer ? Double(configuration.depth) : 1 } ?? 0
    return 4
      * (attention * (Double(keptAttention + 2) + biases) + activations * Double(keptActivations + 1))
  }
}
