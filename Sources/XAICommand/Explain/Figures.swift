import XAICore
import XAIFoundation
import XAIImage
import XAITensor

/// The weight of each head of each layer, as a matrix.
struct HeadWeightsFigure {
  private var figure: MatrixFigure

  /// Nil for an explainer that weights no heads.
  init?(_ result: MapResult) {
    guard let weights = result.attribution.diagnostics.headWeights, let heads = weights.first?.count else {
      return nil
    }
    figure = MatrixFigure(values: Tensor([weights.count, heads], weights.flatMap { $0 }))
    figure.title = result.title("Head weights", value: false)
    figure.rowTitle = "Layer"
    figure.columnTitle = "Head"
    // A model of few heads gets wide cells, so that the figure does not end up narrower than its title.
    figure.cellSide = heads < 8 ? 40 : 32
  }

  func image() throws(FigureError) -> Image { try figure.image() }
}

/// The height of a place that an image fills at a width.
private func cellHeight(of picture: Image, width: Int) -> Int {
  min(max(width * picture.height / max(picture.width, 1), 1), 4 * width)
}

/// Images × explainers side by side, written in pages.
struct MontagePages {
  private static let rowsPerPage = 10
  /// Characters that fit left of a place of 224 pixels.
  private static let labelWidth = 18

  private let headings: [String]
  private let pageCount: Int
  private var rows: [[Image?]] = []
  private var labels: [String] = []
  private var pagesDone = 0

  /// Prepares pages for so many rows; memory holds one page at a time.
  init(headings: [String], rowCount: Int) {
    self.headings = ["Input"] + headings
    pageCount = (rowCount + Self.rowsPerPage - 1) / Self.rowsPerPage
  }

  /// Adds an image and its overlays; gives the page that is full by this.
  mutating func add(_ picture: Image, overlays: [Image?], target: ClassScore?) -> (
    name: String, image: Image
  )? {
    rows.append([picture] + overlays)
    labels.append(target.map { "\(wrapped($0.shortLabel, to: Self.labelWidth))\n\($0.valueText)" } ?? "")
    return rows.count == Self.rowsPerPage ? finishPage() : nil
  }

  /// The page that has been begun; nil where there is none.
  mutating func finishPage() -> (name: String, image: Image)? {
    guard let picture = rows.first?.first.flatMap({ $0 }) else { return nil }
    pagesDone += 1
    let page = Montage(
      rows: rows, columnHeaders: headings, rowLabels: labels,
      cellHeight: cellHeight(of: picture, width: 224))
    (rows, labels) = ([], [])
    let number = String(pagesDone)
    let digits = max(String(pageCount).count, number.count)
    let suffix = pageCount > 1 ? "-" + String(repeating: "0", count: digits - number.count) + number : ""
    return ("montage\(suffix)", page.image())
  }
}
