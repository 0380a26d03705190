import XAICore
import XAIEvaluation
import XAIFigures
import XAIImage

/// The figures of a comparison.
struct ComparisonFigures {
  private let result: ComparisonResult
  private let drawing: DrawingOptions
  private let columns: Int?
  private let width: Double?

  init(_ result: ComparisonResult, drawing: DrawingOptions, columns: Int?, width: Double?) {
    self.result = result
    self.drawing = drawing
    self.columns = columns
    self.width = width
  }

  /// The image and all overlays, in about as many rows as columns, with the explainer under each.
  func maps() throws -> Drawing {
    let overlays = try result.maps.map { map in
      try result.backdrop.overlay(of: map.attribution, drawing)
    }
    let images = [result.backdrop.image] + overlays
    let captions = ["Input"] + result.maps.map(\.caption)
    let square = (1...8).first { $0 * $0 >= images.count } ?? 8
    let columns = min(max(columns ?? square, 1), images.count)
    let side = Montage.defaultCellSide
    let shape = Double(result.backdrop.image.height) / Double(max(result.backdrop.image.width, 1))
    var montage = Montage(
      rows: images.chunked(by: columns), captions: captions.chunked(by: columns),
      title: "\(result.target.shortLabel), \(result.target.valueText)",
      colourBars: drawing.colourBars(of: result.maps.map(\.choice.explainer)), cellWidth: side,
      cellHeight: side * min(max(shape, 0.25), 4))
    if let width { montage.fit(width: width) }
    return montage.drawing()
  }

  /// The two measures of agreement as matrices side by side; a map that is the same everywhere has none.
  ///
  /// Rank correlation has a zero that means something, so its colours diverge from there.
  func agreement() throws -> Drawing {
    let measures: [(title: String, values: [[Double?]], range: ClosedRange<Double>, ColourMap)] = [
      ("Rank correlation", result.agreement.correlation, -1...1, .coolwarm),
      ("Shared highest tenth", result.agreement.overlap, 0...1, .viridis),
    ]
    let gap = 12.0
    let drawings = try measures.map { title, values, range, colourMap in
      var figure = MatrixFigure(rows: values)
      (figure.title, figure.range, figure.colourMap) = (title, range, colourMap)
      figure.rowLabels = result.maps.enumerated().map { "\($1.choice.text) \($0 + 1)" }
      figure.columnLabels = (1...result.maps.count).map(String.init)
      (figure.emphasis, figure.places) = (.none, 2)
      if let width { figure.fit(width: (width - gap) / 2) }
      return try figure.drawing()
    }
    return Drawing(sideBySide: drawings, gap: gap)
  }
}

extension ComparedMap {
  /// What stands under the map: a flat one is not to be taken for one that shows nothing.
  fileprivate var caption: String { choice.heading + (attribution.isDegenerate ? " (flat)" : "") }
}
