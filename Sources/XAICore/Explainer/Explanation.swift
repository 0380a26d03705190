public import XAITensor

/// Several explainers on one batch: one forward pass serves them all.
public struct Explanation: Sendable {
  /// The logits of the batch, [B, classes].
  public let logits: Tensor
  /// The classes that were asked about.
  public let targets: Targets
  /// One attribution an explainer, image and target: `attributions[explainer][image][target]`.
  public let attributions: [[[Attribution]]]

  /// Explains a batch of preprocessed images [B, 3, H, W].
  ///
  /// - Throws: before any arithmetic, when an explainer does not fit the model.
  public init(
    of input: Tensor, targets selection: TargetSelection = .predicted, by explainers: [any Explainer],
    using model: any Model
  ) throws {
    for explainer in explainers { try explainer.check(fits: model.descriptor) }
    let recording = try explainers.reduce(Recording()) { try $0.union($1.recording(for: model.descriptor)) }
    let trace = try model.forward(input, recording: recording)
    let targets = try selection.resolve(logits: trace.logits, labels: model.descriptor.labels)
    self.logits = trace.logits
    self.targets = targets
    self.attributions = try explainers.map { try $0.explain(trace, targets: targets, using: model) }
  }
}
