/// A bias of attention scores by the relative position of query and key (Bao and others 2022, arXiv 2106.08254).
///
/// A table has one row for each offset between two patches, (2h − 1)·(2w − 1) in all, and one each for class token to
/// patch, patch to class token, and class token to itself; one column a head.
public struct PositionBias: Hashable, Sendable {
  /// Whether each block has a table of its own.
  public var isPerLayer: Bool
  /// Whether there is a table that serves all blocks; with both, the two add up.
  public var isShared: Bool
  /// How tables follow another input size.
  public var interpolation: GridInterpolation

  /// States where tables are.
  public init(isPerLayer: Bool, isShared: Bool, interpolation: GridInterpolation) {
    self.isPerLayer = isPerLayer
    self.isShared = isShared
    self.interpolation = interpolation
  }
}
