public import XAITensor

/// What a score of a map made of pixels belongs to.
public enum MapResolution: String, OptionValue, CaseIterable {
  /// A patch: the sum over its pixels.
  case patches
  /// A pixel of the model's input: the sum over its channels.
  case pixels
}

/// Options of an explainer that has values of pixels, and can give them as they are or summed over patches.
public protocol PixelMapOptions: PluginOptions {
  /// What a score belongs to.
  var at: MapResolution { get set }
}

extension PixelMapOptions {
  /// The option's row of the table.
  public static var atOption: OptionSpec<Self> {
    OptionSpec(
      "at", \.at, "what a score belongs to: a patch, or a pixel of the model's input", former: .patches)
  }
}

extension Attribution {
  /// Holds values of pixels of one image and target, as scores of patches or of pixels.
  ///
  /// The sum of the pixels of a patch is the score of the patch.
  ///
  /// - Parameters:
  ///   - values: of the model's input, [3, H, W].
  ///   - reduction: how values become scores.
  ///   - resolution: what scores belong to.
  ///   - trace: of the image that was explained.
  ///   - classIndex: the class that was asked about.
  ///   - explainer: what made the values.
  ///   - diagnostics: what the explainer noticed.
  /// - Throws: `AttributionError` when a score is NaN or infinite.
  public init(
    pixels values: Tensor, reduction: PatchReduction = .sum, at resolution: MapResolution,
    of trace: ForwardTrace, classIndex: Int, by explainer: some Explainer,
    diagnostics: Diagnostics = Diagnostics()
  ) throws(AttributionError) {
    switch resolution {
    case .patches:
      try self.init(
        scores: reduction.scores(of: values, grid: trace.layout.grid), of: trace, classIndex: classIndex,
        by: explainer, rounding: reduction.rounding(of: values, grid: trace.layout.grid),
        diagnostics: diagnostics)
    case .pixels:
      try self.init(
        scores: reduction.scoresOfPixels(values),
        grid: PatchGrid(rows: values.shape[1], columns: values.shape[2]), of: trace, classIndex: classIndex,
        by: explainer, diagnostics: diagnostics)
    }
  }

  /// What the scores belong to.
  public var resolution: MapResolution { grid == patches ? .patches : .pixels }

  /// The scores of patches: those of a map of pixels are the sums over the pixels of each patch, which is what a map of patches
  /// has.
  ///
  /// Metrics, comparisons and stored results are of patches.
  public var pooled: Attribution {
    guard resolution == .pixels else { return self }
    return Attribution(
      self,
      scores: PatchReduction.sum.scores(of: Tensor([1, grid.rows, grid.columns], scores), grid: patches)
    )
  }
}
