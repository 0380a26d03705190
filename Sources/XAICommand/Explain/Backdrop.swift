import XAICore
import XAIImage

/// What the maps of an image are drawn on.
struct Backdrop {
  /// Wide enough for a place of a figure at twice its resolution.
  private static let widthInFigures = 448

  let image: RGBImage
  /// What the model saw of the image; nil where that is all of it, as it is.
  let view: Preprocessing.View?

  init(image: RGBImage, view: Preprocessing.View?) { (self.image, self.view) = (image, view) }

  /// The original where it was kept, and otherwise what the model sees.
  init(_ prepared: PreparedBatch.Entry, _ preprocessing: Preprocessing) {
    guard let original = prepared.original else {
      self.init(image: prepared.image, view: nil)
      return
    }
    self.init(original: original, preprocessing)
  }

  /// An image, and what a model sees of it.
  init(original: RGBImage, _ preprocessing: Preprocessing) {
    self.init(image: original, view: preprocessing.view(ofHeight: original.height, width: original.width))
  }

  /// The same, small enough for a figure of many images.
  var reduced: Backdrop {
    guard image.width > Self.widthInFigures else { return self }
    let height = max(image.height * Self.widthInFigures / image.width, 1)
    return Backdrop(
      image: image.resampled(width: Self.widthInFigures, height: height, filter: .bilinear), view: view)
  }

  /// The map over the image, with a colour bar below where that is asked for.
  func overlay(
    of attribution: Attribution, _ drawing: DrawingOptions, colourBar: Bool = false
  ) throws(FigureError) -> RGBImage {
    try image.overlaid(
      with: attribution.drawnMap, style: drawing.style(of: attribution), view: view, colourBar: colourBar)
  }

  /// The map alone, at the size of the image, with a colour bar below where that is asked for.
  func heatMap(
    of attribution: Attribution, _ drawing: DrawingOptions, colourBar: Bool
  ) throws(FigureError) -> RGBImage {
    try RGBImage(
      map: attribution.drawnMap, style: drawing.style(of: attribution), height: image.height,
      width: image.width, view: view, colourBar: colourBar)
  }
}

/// How a map was drawn, for programs.
struct DrawingRecord: Encodable {
  struct Rectangle: Encodable {
    let x: Int
    let y: Int
    let width: Int
    let height: Int
  }

  let view: DrawnView
  let width: Int
  let height: Int
  /// The part of the image that the model saw, in its pixels.
  let seen: Rectangle
  let colourMap: String
  /// The scores of the first and last colour.
  let lowest: Float
  let highest: Float
  /// The score of the middle colour, which is 0; nil for magnitudes.
  let zero: Float?
  let alpha: Double
  let upsampling: String
  /// Where the image is in its overlay or heat map, in which a colour bar may be below it; nil where there is no such file.
  let place: Rectangle?

  /// - Parameter colourBar: whether overlays and heat maps have one; nil where there are none.
  init(
    _ attribution: Attribution, on backdrop: Backdrop, _ drawing: DrawingOptions, colourBar: Bool? = nil
  ) {
    let style = drawing.style(of: attribution)
    let (columnsOfImage, rowsOfImage) = (backdrop.image.width, backdrop.image.height)
    place = colourBar.map { hasBar in
      let left =
        hasBar ? ColourStrip(belowWidth: columnsOfImage, height: rowsOfImage, style: style).left : 0
      return Rectangle(x: left, y: 0, width: columnsOfImage, height: rowsOfImage)
    }
    view = drawing.view
    (width, height) = (backdrop.image.width, backdrop.image.height)
    let (rows, columns) = backdrop.view?.seen ?? (0..<height, 0..<width)
    seen = Rectangle(x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
    colourMap = style.colourMap.rawValue
    (lowest, highest) = (style.scale.ends.lowerBound, style.scale.ends.upperBound)
    zero = style.scale.isSymmetric ? 0 : nil
    alpha = style.alpha
    upsampling = style.upsampling.rawValue
  }
}
