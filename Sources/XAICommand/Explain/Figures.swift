import XAICore
import XAIFoundation
import XAIImage
import XAITensor

/// The weight of each head of each layer, as figure 2 of the GMAR paper shows it.
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

/// Attention map, weighted attention map and their difference, as figure 4 of the GMAR paper shows them.
///
/// The paper doesn't define the three. Here the attention map is Attention Rollout, the weighted one the explainer that
/// weights heads; both are upsampled and scaled to [0, 1] as they are drawn, and the difference is weighted − attention
/// on a signed scale whose ends are its greatest magnitude.
struct AttentionMapsFigure {
  private let montage: Montage

  /// Nil where there is nothing to compare with, or the explainer weights no heads.
  init?(_ result: MapResult, colourMap: ColourMap) throws(FigureError) {
    guard let comparison = result.comparison, result.attribution.diagnostics.headWeights != nil else {
      return nil
    }
    let (attention, weighted) = (comparison.heatMap, result.attribution.heatMap)
    let difference = Tensor(weighted.shape, zip(weighted.elements, attention.elements).map { $0 - $1 })
    let greatest = difference.elements.reduce(0) { max($0, $1.magnitude) }
    let side = 224
    montage = Montage(
      rows: [
        [
          result.picture, try Image(map: attention, colourMap: colourMap),
          try Image(map: weighted, colourMap: colourMap), try Image(signedMap: difference),
        ]
      ],
      columnHeaders: [
        "Input", "Attention", "Weighted", "Diff. (max \(decimal(Double(greatest), places: 2)))",
      ],
      title: result.title(result.choice.heading),
      cellWidth: side, cellHeight: cellHeight(of: result.picture, width: side))
  }

  func image() -> Image { montage.image() }
}

/// The height of a place that a picture fills at a width.
private func cellHeight(of picture: Image, width: Int) -> Int {
  min(max(width * picture.height / max(picture.width, 1), 1), 4 * width)
}

/// Pictures × explainers side by side, as figure 3 of the GMAR paper shows them, written in pages.
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

  /// Adds a picture and its overlays; gives the page that is full by this.
  mutating func add(_ picture: Image, overlays: [Image], target: ClassScore?) -> (name: String, image: Image)?
  {
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
