import XAIFoundation
import XAIImage
public import XAITensor

/// The result of an explainer: one score per patch or pixel, and what is needed to read, draw and judge it.
public struct Attribution: Hashable, Sendable, Codable {
  /// One score per patch or pixel, row by row; every one is finite.
  public let scores: [Float]
  /// What the scores belong to: the patches, or the pixels of the model's input.
  public let grid: PatchGrid
  /// The patches of the model's input.
  public let patches: PatchGrid
  /// Height of the input in pixels.
  public let inputHeight: Int
  /// Width of the input in pixels.
  public let inputWidth: Int
  /// The class that was asked about.
  public let classIndex: Int
  /// What the model calls the class; nil where it has no name for it, and where the map was made of a trace alone.
  public internal(set) var label: String?
  /// The probability that the model gives the class; nil where its outputs have none, and where the map was made of a trace
  /// alone.
  public internal(set) var probability: Float?
  /// What the scores mean.
  public let scoreMeaning: ScoreMeaning
  /// The explainer as users write it, shortest.
  public let explainer: String
  /// What the explainer noticed.
  public let diagnostics: Diagnostics

  /// Checks and holds the scores of one image and target.
  ///
  /// Scores that differ by rounding alone become the same: an image would show that noise at full contrast.
  ///
  /// - Parameters:
  ///   - scores: one for each place of the grid, row by row.
  ///   - grid: what the scores belong to; the patches where nil.
  ///   - trace: of the image that was explained.
  ///   - classIndex: the class that was asked about.
  ///   - explainer: what made the scores.
  ///   - rounding: how far rounding may have moved a score, where it is what is left of larger values that were subtracted;
  ///     the rounding of the scores themselves counts in any case.
  ///   - diagnostics: what the explainer noticed.
  /// - Throws: `AttributionError` where there is not one score for each place of the grid, and where a score is NaN or infinite:
  ///   that is never an image.
  public init(
    scores: [Float], grid: PatchGrid? = nil, of trace: ForwardTrace, classIndex: Int,
    by explainer: some Explainer,
    rounding: Double = 0, diagnostics: Diagnostics = Diagnostics()
  ) throws(AttributionError) {
    let grid = grid ?? trace.layout.grid
    guard scores.count == grid.count else {
      throw .wrongCount(explainer: explainer.specification, scores: scores.count, grid: grid)
    }
    guard scores.allSatisfy(\.isFinite) else {
      throw .notFinite(explainer: explainer.specification, first: nil)
    }
    self.scores = Self.levelled(scores, rounding: rounding)
    self.grid = grid
    self.patches = trace.layout.grid
    self.inputHeight = trace.input.shape[2]
    self.inputWidth = trace.input.shape[3]
    self.classIndex = classIndex
    self.scoreMeaning = explainer.scoreMeaning
    self.explainer = explainer.specification
    self.diagnostics = diagnostics
  }

  /// Another's map with scores of its patches.
  init(_ other: Attribution, scores: [Float]) {
    require(scores.count == other.patches.count, "one score per patch")
    self.scores = scores
    grid = other.patches
    patches = other.patches
    (inputHeight, inputWidth, classIndex) = (other.inputHeight, other.inputWidth, other.classIndex)
    (label, probability) = (other.label, other.probability)
    (scoreMeaning, explainer, diagnostics) = (other.scoreMeaning, other.explainer, other.diagnostics)
  }

  /// The share of a number that single precision may be off by after the few operations that end in a score: 2⁻²².
  private static let ulps = 0x1p-22

  /// The scores, or their mean in place of each where they differ by no more than rounding: 0 where that is rounding too.
  private static func levelled(_ scores: [Float], rounding: Double) -> [Float] {
    guard let low = scores.min(), let high = scores.max(), low < high else { return scores }
    let largest = max(abs(Double(low)), abs(Double(high)))
    guard Double(high) - Double(low) <= max(rounding, largest * ulps) else { return scores }
    let mean = scores.reduce(0) { $0 + Double($1) } / Double(scores.count)
    return [Float](repeating: abs(mean) <= rounding ? 0 : Float(mean), count: scores.count)
  }

  /// Whether all patches have the same score, so that the map says nothing.
  public var isDegenerate: Bool { scores.allSatisfy { $0 == scores[0] } }
}

extension Attribution: CustomStringConvertible {
  /// Explainer, class, probability, grid and range of the scores, on one line.
  public var description: String {
    let name = label.map { " '\($0)'" } ?? ""
    let share = probability.map { ", \(decimal(Double($0) * 100, places: 1)) %" } ?? ""
    return "\(explainer) of class \(classIndex)\(name)\(share): \(grid) scores, "
      + "\(scores.min() ?? 0) to \(scores.max() ?? 0)"
  }
}

/// A map that is not a map.
public enum AttributionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A score is NaN or infinite; `first` is the first tensor of the model's passes that is, where one is.
  case notFinite(explainer: String, first: NotFiniteTensor?)
  /// There are more or fewer scores than the grid has places.
  case wrongCount(explainer: String, scores: Int, grid: PatchGrid)

  public var description: String {
    switch self {
    case .notFinite(let explainer, let first):
      "\(explainer) gave a score that is not a finite number, and there is no map. "
        + (first.map { "The first tensor that isn't finite is \($0)" }
          ?? "Layers and gradients of the model are finite, so it is what the explainer makes of them")
    case .wrongCount(let explainer, let scores, let grid):
      "\(explainer) gave \(scores) scores for \(grid.count) places (\(grid)): there is one for each"
    }
  }
}

/// Scales values to [0, 1] by their minimum and maximum; values that are all the same become zeros.
public func minMaxNormalised(_ values: [Float]) -> [Float] {
  guard let low = values.min(), let high = values.max(), high > low else {
    return [Float](repeating: 0, count: values.count)
  }
  let range = high - low
  // Numbers far apart are scaled by halves, whose difference is finite.
  guard range.isFinite else { return values.map { ($0 / 2 - low / 2) / (high / 2 - low / 2) } }
  return values.map { ($0 - low) / range }
}

extension Attribution {
  /// The scores on their grid, rows × columns.
  public var map: Tensor { Tensor([grid.rows, grid.columns], scores) }

  /// The scores at the size of the input, bilinear with half-pixel centres (PyTorch's `align_corners=False`).
  public var upsampledMap: Tensor { BilinearUpsampling(height: inputHeight, width: inputWidth)(map) }

  /// The map as shares: upsampled, then scaled to [0, 1] by its minimum and maximum; a degenerate one is all zeros.
  public var heatMap: Tensor {
    // Interpolating equal scores leaves differences of rounding, which the scaling would make into an image.
    guard !isDegenerate else { return Tensor(repeating: 0, [inputHeight, inputWidth]) }
    return Tensor([inputHeight, inputWidth], minMaxNormalised(upsampledMap.elements))
  }
}

/// What an explainer noticed while it made a map; fields that don't apply to it are nil.
public struct Diagnostics: Hashable, Sendable, Codable {
  /// Weight of each head in the map: `headWeights[layer][head]`; the weights of a layer sum to 1.
  public var headWeights: [[Float]]?
  /// Share of negative entries in each head's attention gradient: `negativeGradientShare[layer][head]`.
  ///
  /// A norm drops the sign, so a head with a share near 1 counts evidence against the class as evidence for it.
  public var negativeGradientShare: [[Float]]?
  /// Entropy of the readout row of each head's attention over ln N: 1 is uniform, 0 is one token.
  public var attentionEntropy: [[Float]]?
  /// How alike the rows of the rollout matrix are: 1 means that every token gives the same map.
  ///
  /// One minus the total variation distance between the readout row and the mean row, both summing to 1.
  public var rankCollapse: Float?
  /// Sum of all attributions minus what the class gained from the baseline to the image, where both should be equal.
  public var completenessGap: Float?

  /// Makes diagnostics; by default nothing was noticed.
  public init(
    headWeights: [[Float]]? = nil, negativeGradientShare: [[Float]]? = nil,
    attentionEntropy: [[Float]]? = nil,
    rankCollapse: Float? = nil, completenessGap: Float? = nil
  ) {
    self.headWeights = headWeights
    self.negativeGradientShare = negativeGradientShare
    self.attentionEntropy = attentionEntropy
    self.rankCollapse = rankCollapse
    self.completenessGap = completenessGap
  }
}
