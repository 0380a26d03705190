/// The extents of a tensor, outermost first; an empty shape is a scalar.
public struct Shape: Hashable, Sendable, CustomStringConvertible, ExpressibleByArrayLiteral {
  /// Extents, outermost first, none negative.
  public let extents: [Int]

  /// Makes a shape from extents, outermost first.
  ///
  /// Traps when an extent is negative: shapes that come from files are checked with `init(checking:)`.
  public init(_ extents: [Int]) {
    precondition(extents.allSatisfy { $0 >= 0 }, "a shape has no negative extents: \(extents)")
    self.extents = extents
  }

  /// Makes a shape from literal extents.
  public init(arrayLiteral extents: Int...) { self.init(extents) }

  /// Makes a shape from extents that a file states; nil where one is negative or the element count overflows.
  public init?(checking extents: [Int]) {
    var count = 1
    for extent in extents {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { return nil }
      count = product
    }
    self.extents = extents
  }

  /// The number of dimensions.
  public var rank: Int { extents.count }

  /// The number of elements.
  public var count: Int { extents.reduce(1, *) }

  /// The extent of one dimension.
  public subscript(dimension: Int) -> Int { extents[dimension] }

  /// The extents as users read them: `2×3×224×224`.
  public var description: String {
    extents.isEmpty ? "scalar" : extents.map(String.init).joined(separator: "×")
  }
}
