/// Why a figure can't be drawn.
public enum FigureError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A value to be drawn is NaN or infinite.
  case notFinite(figure: String, row: Int, column: Int)
  /// The values have no or another extent than the figure needs.
  case wrongShape(figure: String, shape: String, needed: String)
  /// An overlay's share of colour is no number.
  case noShare(alpha: Double)

  /// What is wrong, with what, and what to do.
  public var description: String {
    switch self {
    case .notFinite(let figure, let row, let column):
      "the \(figure) has a value at row \(row), column \(column) that is no finite number. "
        + "Look for the cause in what computed it; it can't be drawn."
    case .wrongShape(let figure, let shape, let needed):
      "the \(figure) is \(shape); it needs to be \(needed)."
    case .noShare(let alpha):
      "the share of an overlay's colours, alpha, is \(alpha); it needs to be from 0 to 1."
    }
  }
}
