public import XAICore
import XAIFoundation
public import XAITensor

/// Rotary position embeddings of patches: pairs of a query's and a key's elements are rotated by angles in proportion to the
/// row or column of their patch, so that scores depend on how far patches lie apart.
///
/// With d elements a head, f = d/4 and ω_k = base^(−k/f): pair k < f is rotated by y·ω_k, pair f + k by x·ω_k. Tokens before
/// the patches are not rotated.
/// Sources: Su et al. 2021 (arXiv 2104.09864); Heo et al. 2024 (arXiv 2403.13298) for rows and columns of patches.
public struct RotaryEmbedding: AttentionTransform {
  /// What y and x of a patch are.
  public enum Coordinates: Hashable, Sendable {
    /// Its row and column, counted from `first`; on another grid than `grid`, which the model was trained on, they are scaled to
    /// its rows and columns (Fang et al. 2023, EVA-02, arXiv 2303.11331). With no grid they are what they are.
    case indices(of: PatchGrid?)
    /// Those of its centre from −1 to 1 over the image, times 2π (Siméoni et al. 2025, DINOv3, arXiv 2508.10104).
    case centred
  }

  /// The base of the frequencies.
  public var base: Double
  /// Which elements are a pair.
  public var pairing: Rotation.Pairing
  /// What y and x of a patch are.
  public var coordinates: Coordinates
  /// Whether x rotates the first half of the pairs and y the second.
  public var hasColumnsFirst: Bool
  /// What the row and column of the first patch are, where they are counted.
  public var first: Double

  /// States how patches are rotated.
  public init(
    base: Double = 10_000, pairing: Rotation.Pairing = .adjacent,
    coordinates: Coordinates = .indices(of: nil),
    hasColumnsFirst: Bool = false, first: Double = 0
  ) {
    self.base = base
    self.pairing = pairing
    self.coordinates = coordinates
    self.hasColumnsFirst = hasColumnsFirst
    self.first = first
  }

  /// A quarter of a head's elements are as many frequencies.
  public func reasonAgainst(headCount: Int, headWidth: Int) -> String? {
    headWidth % 4 == 0
      ? nil : "rotary embeddings need heads of a multiple of 4 elements, and they have \(headWidth)"
  }

  /// Rotates pairs.
  public func apply(to x: Tensor, in context: AttentionTransformContext) -> Tensor {
    context.kernels.rotatePairs(
      of: x, by: rotation(context.places, headWidth: x.shape[3]), inverted: false)
  }

  /// Rotates back: a rotation's transpose is its inverse, and it conserves relevance.
  public func applyBackward(
    _ gradient: Tensor, of x: Tensor, rules: PropagationRules, in context: AttentionTransformContext
  ) -> Tensor {
    context.kernels.rotatePairs(
      of: gradient, by: rotation(context.places, headWidth: x.shape[3]), inverted: true)
  }

  /// The angles of each token's pairs.
  func rotation(_ places: TokenPlaces, headWidth: Int) -> Rotation {
    let count = headWidth / 4
    let frequencies = (0..<count).map { power(base, -Double($0) / Double(count)) }
    func table(_ function: (Double) -> Double, prefix: Float) -> Tensor {
      // Rows and columns have their own pairs, so there are as many angles as there are of both.
      func along(_ length: Int, _ reference: (PatchGrid) -> Int) -> [[Float]] {
        (0..<length).map { index in
          let position = position(index, of: length, reference)
          return frequencies.map { Float(function(position * $0)) }
        }
      }
      let (rows, columns) = (along(places.grid.rows) { $0.rows }, along(places.grid.columns) { $0.columns })
      return places.table(width: 2 * count, prefix: prefix) {
        hasColumnsFirst ? columns[$1] + rows[$0] : rows[$0] + columns[$1]
      }
    }
    return Rotation(
      cosines: table(cosine, prefix: 1), sines: table(sine, prefix: 0), pairing: pairing)
  }

  private func position(_ index: Int, of length: Int, _ reference: (PatchGrid) -> Int) -> Double {
    switch coordinates {
    case .indices(let grid):
      (Double(index) + first) * (grid.map { Double(reference($0)) / Double(length) } ?? 1)
    case .centred: 2 * Double.pi * (2 * (Double(index) + 0.5) / Double(length) - 1)
    }
  }
}
