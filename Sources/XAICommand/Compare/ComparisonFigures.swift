import XAICore
import XAIImage
import XAITensor

/// The figures of a comparison.
struct ComparisonFigures {
  private let result: ComparisonResult
  private let drawing: DrawingOptions

  init(_ result: ComparisonResult, drawing: DrawingOptions) {
    self.result = result
    self.drawing = drawing
  }

  /// The image and all overlays, in about as many rows as columns, with the explainer under each.
  func maps() throws -> Image {
    let overlays = try result.maps.map { map in
      try result.picture.overlaid(
        with: map.attribution.heatMap, alpha: drawing.alpha, colourMap: drawing.colourMap)
    }
    let places = zip([result.picture] + overlays, ["Input"] + result.maps.map(\.caption))
    let columns = (1...8).first { $0 * $0 >= overlays.count + 1 } ?? 8
    let rows = Array(places).chunked(by: columns)
    let width = 224
    return Montage(
      rows: rows.map { $0.map(\.0) }, captions: rows.map { $0.map(\.1) },
      title: "\(result.target.shortLabel), \(result.target.valueText)", cellWidth: width,
      cellHeight: min(max(width * result.picture.height / max(result.picture.width, 1), 1), 4 * width)
    ).image()
  }

  /// The two measures of agreement as matrices side by side; a map that is the same everywhere agrees with none.
  func agreement() throws -> Image {
    let count = result.maps.count
    func figure(_ title: String, _ values: [[Double?]], from lowest: Float) throws -> Image {
      var figure = MatrixFigure(
        values: Tensor([count, count], values.flatMap { $0.map { Float($0 ?? 0) } }))
      figure.title = title
      figure.rowLabels = result.maps.enumerated().map { "\($1.choice.text) \($0 + 1)" }
      figure.columnLabels = (1...count).map(String.init)
      figure.range = lowest...1
      figure.emphasis = .none
      return try figure.image()
    }
    let correlation = try figure("Rank correlation", result.agreement.correlation, from: -1)
    let overlap = try figure("Shared highest tenth", result.agreement.overlap, from: 0)
    return Montage(
      rows: [[correlation, overlap]], cellWidth: max(correlation.width, overlap.width),
      cellHeight: max(correlation.height, overlap.height)
    ).image()
  }
}

extension ComparedMap {
  /// What stands under the map: a flat one is not to be taken for one that shows nothing.
  fileprivate var caption: String { choice.heading + (attribution.isDegenerate ? " (flat)" : "") }
}

extension Array {
  /// Consecutive parts of this many elements, the last one of what is left.
  fileprivate func chunked(by count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
  }
}
