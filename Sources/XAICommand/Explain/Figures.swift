import XAICore
import XAIFigures
import XAIFoundation
import XAIImage
import XAITensor

/// The weight of each head of each layer, as a matrix.
struct HeadWeightsFigure {
  private var figure: MatrixFigure

  /// Nil for an explainer that weights no heads.
  init?(_ result: MapResult) {
    guard let weights = result.attribution.diagnostics.headWeights, let heads = weights.map(\.count).max(),
      heads > 0
    else { return nil }
    // Layers of fewer heads leave places empty.
    figure = MatrixFigure(
      rows: weights.map { row in
        row.map(Double.init) + [Double?](repeating: nil, count: heads - row.count)
      })
    figure.title = result.title("Head weights", value: false)
    figure.rowTitle = "Layer"
    figure.columnTitle = "Head"
    // A model of few heads gets large cells, so that the figure does not end up narrower than its title.
    figure.cellSide = heads < 8 ? 24 : 18
  }

  func drawing(width: Double?) throws(FigureError) -> Drawing {
    var figure = figure
    if let width { figure.fit(width: width) }
    return try figure.drawing()
  }
}

/// Images × explainers side by side, written in pages of one size.
struct MontagePages {
  private static let rowsPerPage = 10
  private static let mostLabelWidth = 30 / 25.4 * 72

  private let headings: [String]
  /// Images next to one another; where there are more explainers, each image takes several lines.
  private let columns: Int
  private let width: Double?
  /// A montage of no rows, whose places are as large as those of the pages.
  private let template: Montage
  private let pageCount: Int
  private let rowsPerPage: Int
  private var rows: [(images: [RGBImage?], label: String)] = []
  private var pagesDone = 0

  /// Prepares pages for at most `rowCount` rows; memory holds one page at a time.
  ///
  /// - Parameters:
  ///   - labels: the classes that rows may be about, which decide how wide their labels are on every page.
  ///   - colourBars: what the colours of the maps stand for.
  init(
    headings: [String], labels: [String], colourBars: [ColourBar], rowCount: Int, columns: Int?,
    width: Double?
  ) {
    self.headings = ["Input"] + headings
    self.columns = min(max(columns ?? self.headings.count, 1), self.headings.count)
    self.width = width
    var template = Montage(
      rows: [], columnHeaders: [String](repeating: "", count: self.columns), colourBars: colourBars)
    template.labelWidth =
      labels.isEmpty
      ? 0
      : min(
        TextBlock((labels + ["100.0 %"]).joined(separator: "\n"), size: template.textSize).width,
        Self.mostLabelWidth)
    if let width { template.fit(width: width) }
    self.template = template
    let lines = (self.headings.count + self.columns - 1) / self.columns
    rowsPerPage = max(Self.rowsPerPage / lines, 1)
    pageCount = (rowCount + rowsPerPage - 1) / rowsPerPage
  }

  /// Adds an image and its overlays; gives the page that is full by this.
  mutating func add(_ image: RGBImage, overlays: [RGBImage?], target: ClassScore?) -> (
    name: String, drawing: Drawing
  )? {
    // Large photographs would hold memory that no page shows.
    rows.append(
      (
        ([image] + overlays).map { $0.map(template.reduced) },
        target.map { "\($0.shortLabel)\n\($0.valueText)" } ?? ""
      )
    )
    return rows.count == rowsPerPage ? finishPage() : nil
  }

  /// The page that has been begun; nil where there is none.
  mutating func finishPage() -> (name: String, drawing: Drawing)? {
    guard !rows.isEmpty else { return nil }
    pagesDone += 1
    let page = montage.drawing()
    rows = []
    let number = String(pagesDone)
    let digits = max(String(pageCount).count, number.count)
    let suffix = pageCount > 1 ? "-" + String(repeating: "0", count: digits - number.count) + number : ""
    return ("montage\(suffix)", page)
  }

  private var montage: Montage {
    let isOneLine = columns == headings.count
    let lines = rows.flatMap { $0.images.chunked(by: columns) }
    let lineCount = (headings.count + columns - 1) / columns
    var montage = Montage(
      rows: lines, columnHeaders: isOneLine ? headings : [],
      rowLabels: rows.flatMap { [$0.label] + [String](repeating: "", count: lineCount - 1) },
      captions: isOneLine ? [] : rows.flatMap { _ in headings.chunked(by: columns) })
    montage.labelWidth = template.labelWidth
    montage.colourBars = template.colourBars
    // A page that isn't full is as large as the others; a figure of one page, as its rows need.
    montage.minimumRowCount = pageCount > 1 ? rowsPerPage * lineCount : 0
    if let width { montage.fit(width: width) }
    return montage
  }
}

/// The attention of every head of every layer on one image, as a grid with a row for each layer.
struct AttentionMaps {
  /// The explainers that read it, layer by layer.
  let explainers: [[any Explainer]]

  private static let cellSide = 22 / 25.4 * 72

  /// Finds what reads single heads; throws where the model has no attention that can be read.
  init(of model: ModelDescriptor, registry: Registry) throws {
    explainers = try model.layers.enumerated().compactMap { layer, descriptor in
      try descriptor.attention.map { attention in
        try (0..<attention.headCount).map { head in
          try registry.explainer("raw-attention:layer=\(layer),head=\(head)")
        }
      }
    }
    guard let first = explainers.first?.first else {
      throw Failure(.usage, "--attention-maps: \(model.name) has no layer with attention.")
    }
    try first.check(fits: model)
  }

  /// Draws the maps, each on a scale of its own.
  ///
  /// - Parameters:
  ///   - maps: of each layer, the maps of its heads.
  ///   - columns: heads next to one another, whatever their layers; those of a layer where nil.
  func drawing(_ maps: [[Attribution]], title: String, columns: Int?, width: Double?) throws -> Drawing {
    let named = try maps.enumerated().map { layer, heads in
      try heads.enumerated().map { head, map in
        (
          image: try RGBImage(map: map.upsampledMap, scale: map.colourScale(), colourMap: .viridis),
          caption: "layer \(layer) · head \(head)"
        )
      }
    }
    let rows = columns.map { Array(named.joined()).chunked(by: $0) } ?? named
    let shape = maps.first?.first.map { Double($0.inputHeight) / Double(max($0.inputWidth, 1)) } ?? 1
    var montage = Montage(
      rows: rows.map { $0.map(\.image) }, captions: rows.map { $0.map(\.caption) }, title: title,
      colourBars: [
        ColourBar(.viridis, marks: [ColourBar.Mark(0, "least"), ColourBar.Mark(1, "most of the head")])
      ],
      cellWidth: Self.cellSide,
      cellHeight: Self.cellSide * min(max(shape, 0.25), 4))
    montage.textSize = 7
    if let width { montage.fit(width: width) }
    return montage.drawing()
  }
}

extension Array {
  /// Consecutive parts of this many elements, the last one of what is left.
  func chunked(by count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
  }
}
