import XAITensor

/// The result of an explainer: one score per patch, and what is needed to read, draw and judge it.
public struct Attribution: Sendable {
  /// One score per patch, row by row; every one is finite.
  public let scores: [Float]
  /// The patches that the scores belong to.
  public let grid: Grid
  /// Height of the input in pixels.
  public let inputHeight: Int
  /// Width of the input in pixels.
  public let inputWidth: Int
  /// The class that was asked about.
  public let classIndex: Int
  /// The explainer as users write it, shortest.
  public let explainer: String
  /// What the explainer noticed.
  public let diagnostics: Diagnostics

  /// Checks and holds the scores of one image and target.
  ///
  /// - Throws: `AttributionError` when a score is NaN or infinite: that is never an image.
  public init(
    scores: [Float], of trace: ForwardTrace, classIndex: Int, by explainer: some Explainer,
    diagnostics: Diagnostics = Diagnostics()
  ) throws(AttributionError) {
    precondition(scores.count == trace.layout.grid.count, "one score a patch")
    guard scores.allSatisfy(\.isFinite) else { throw .notFinite(explainer: explainer.specification) }
    self.scores = scores
    self.grid = trace.layout.grid
    self.inputHeight = trace.input.shape[2]
    self.inputWidth = trace.input.shape[3]
    self.classIndex = classIndex
    self.explainer = explainer.specification
    self.diagnostics = diagnostics
  }

  /// Whether all patches have the same score, so that the map says nothing.
  public var isDegenerate: Bool { scores.allSatisfy { $0 == scores[0] } }
}

/// A map that is not a map.
public enum AttributionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A score is NaN or infinite.
  case notFinite(explainer: String)

  public var description: String {
    switch self {
    case .notFinite(let explainer):
      "\(explainer) gave a score that is not a finite number; check the model with `xai check-gradients`"
    }
  }
}

/// Scales values to [0, 1] by their minimum and maximum; values that are all the same become zeros.
public func minMaxNormalised(_ values: [Float]) -> [Float] {
  guard let low = values.min(), let high = values.max(), high > low else {
    return [Float](repeating: 0, count: values.count)
  }
  let range = high - low
  return values.map { ($0 - low) / range }
}
