public import XAICore
import XAITensor

/// The options of raw attention.
public struct RawAttentionOptions: PluginOptions {
  /// Which heads are shown.
  public enum Head: OptionValue {
    /// The mean over heads.
    case mean
    /// One head, from 0.
    case index(Int)

    /// Reads `mean` or a head.
    public init?(optionText: String) {
      if optionText == "mean" {
        self = .mean
      } else if let index = Int(optionText), index >= 0 {
        self = .index(index)
      } else {
        return nil
      }
    }

    /// `mean` or the head.
    public var optionText: String {
      switch self {
      case .mean: "mean"
      case .index(let index): String(index)
      }
    }

    /// The word, or a head.
    public static let allowedOptionText = "mean, or a head from 0"
  }

  /// The layer, from 0; −1 is the last.
  public var layer = -1
  /// Which heads are shown.
  public var head = Head.mean

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("layer", \.layer, "the layer that is shown, from 0; -1 is the last"),
    OptionSpec("head", \.head, "the head that is shown, or their mean"),
  ]
}

/// The readout row of one layer's attention, of one head or the mean over heads.
///
/// Source: Vaswani et al. 2017 (arXiv 1706.03762) for the attention; Caron et al. 2021 (arXiv 2104.14294) made maps of it.
public struct RawAttention: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "raw-attention", title: "Raw Attention",
    summary: "Shows what the readout token attends to in one layer",
    family: .attention, needs: [.attention], isClassSpecific: false, scores: .magnitude, backwardPasses: "0",
    citation: Citation(
      authors: "Caron et al.", title: "Emerging Properties in Self-Supervised Vision Transformers",
      venue: "ICCV",
      year: 2021, identifier: "arXiv:2104.14294"))

  public let options: RawAttentionOptions

  public init(options: RawAttentionOptions = RawAttentionOptions()) {
    self.options = options
  }

  /// Needs the attention of one layer.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    let layer = try model.layer(options.layer, option: "layer")
    if case .index(let head) = options.head, let headCount = model.layers[layer].attention?.headCount,
      head >= headCount
    {
      throw OptionError.outOfRange(
        option: "head", value: String(head),
        allowed: "mean, or 0 to \(headCount - 1): \(model.name) has \(headCount) heads"
          + (model.hasEqualHeadCounts ? "" : " in layer \(layer)"))
    }
    return Recording(attention: .some([layer]))
  }

  /// Explains every image; all targets of an image have the same map.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    try trace.check(targets)
    let layer = try model.descriptor.layer(options.layer, option: "layer")
    let layout = trace.layout
    let readout = layout.readoutWeights(ofLayer: layer)
    return try targets.map { image, _, classIndex in
      let rows = try AttentionRows(trace, layer: layer, image: image)
      let weights =
        switch options.head {
        case .mean: rows.equalWeights
        case .index(let index): (0..<rows.headCount).map { $0 == index ? Float(1) : 0 }
        }
      let row = RowPropagation.propagate([readout], through: [layer], of: layout) {
        rows.writeWeightedSum(weights, to: $0)
      }
      return try Attribution(
        scores: layout.patchScores(row[0], ofLayer: layer), of: trace, classIndex: classIndex, by: self,
        diagnostics: Diagnostics(attentionEntropy: [rows.readoutEntropy(readout)]))
    }
  }
}
