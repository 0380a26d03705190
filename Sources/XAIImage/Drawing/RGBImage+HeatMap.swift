public import XAITensor

extension RGBImage {
  /// Colours a map, rows × columns, one pixel a value.
  ///
  /// Throws ``FigureError`` for what is no map or not finite.
  public init(map: Tensor, scale: ColourScale, colourMap: ColourMap? = nil) throws(FigureError) {
    try map.checkMap(named: "map")
    let colours = (colourMap ?? MapStyle.defaultColourMap(for: scale)).colours
    self.init(width: map.shape[1], height: map.shape[0]) { pixels in
      map.withElements { values in
        for (index, value) in values.enumerated() {
          pixels.setColour(colours[ColourMap.index(of: scale.position(of: value))], at: index)
        }
      }
    }
  }

  /// Colours a map at the extent of an image.
  ///
  /// - Parameters:
  ///   - map: rows × columns; it covers all that the model saw.
  ///   - style: how it is coloured.
  ///   - height: of the image, in pixels.
  ///   - width: of the image, in pixels.
  ///   - view: what the model saw of the image; all of it where nil. What it didn't see, and lines between values, are grey.
  ///   - colourBar: whether a strip below says what the colours mean.
  /// - Throws: ``FigureError`` for what is no map or not finite.
  public init(
    map: Tensor, style: MapStyle, height: Int, width: Int, view: Preprocessing.View? = nil,
    colourBar: Bool = false
  ) throws(FigureError) {
    try map.checkMap(named: "map")
    try Self.checkDrawable(height: height, width: width)
    let colours = style.colourMap.colours
    var rows = MapRows(map, style, height: height, width: width, view)
    let strip = colourBar ? ColourStrip(belowWidth: width, height: height, style: style) : nil
    let (whole, left) = (strip?.width ?? width, strip?.left ?? 0)
    self.init(width: whole, height: strip?.height ?? height) { target in
      rows.forEach { y, values in
        for x in values.indices {
          let colour =
            values[x].isFinite
            ? colours[ColourMap.index(of: style.scale.position(of: values[x]))] : Colour.unseen
          target.setColour(colour, at: y * whole + left + x)
        }
      }
      strip?.draw(to: target)
    }
  }

  /// Lays the colours of a map over the image.
  ///
  /// A pixel becomes (1 − w) × pixel + w × colour, w = alpha × strength of the value: see ``ColourScale/strength(of:)``. Where
  /// the style greys the image, the pixel is its luma. What the model didn't see becomes a darker grey, ⅖ of its luma.
  ///
  /// - Parameters:
  ///   - map: rows × columns; it covers all that the model saw.
  ///   - style: how it is coloured.
  ///   - view: what the model saw of the image, which may be drawn here at another size; all of it where nil.
  ///   - colourBar: whether a strip below says what the colours mean.
  /// - Throws: ``FigureError`` for what is no map or not finite.
  public func overlaid(
    with map: Tensor, style: MapStyle, view: Preprocessing.View? = nil, colourBar: Bool = false
  ) throws(FigureError) -> RGBImage {
    try map.checkMap(named: "map")
    try Self.checkDrawable(height: height, width: width)
    guard !style.alpha.isNaN else { throw .noShare(alpha: style.alpha) }
    let colours = style.colourMap.colours
    // Weights in 1/65536 add up to one exactly.
    let alpha = Float(min(max(style.alpha, 0), 1) * 65536)
    var rows = MapRows(map, style, height: height, width: width, view)
    let strip = colourBar ? ColourStrip(belowWidth: width, height: height, style: style) : nil
    let (whole, left) = (strip?.width ?? width, strip?.left ?? 0)
    return RGBImage(width: whole, height: strip?.height ?? height) { target in
      pixels.withUnsafeBufferPointer { below in
        rows.forEach { y, values in
          let target = target + (y * whole + left - y * width) * 3
          for x in values.indices {
            let first = (y * width + x) * 3
            let value = values[x]
            var (red, green, blue) = (below[first], below[first + 1], below[first + 2])
            if value.isNaN {
              let dimmed = Self.dimmed(red, green, blue)
              for sample in first..<first + 3 { target[sample] = dimmed }
              continue
            }
            if style.greysImage {
              let luma = Self.luma(red, green, blue)
              (red, green, blue) = (luma, luma, luma)
            }
            guard value.isFinite else {
              (target[first], target[first + 1], target[first + 2]) = (red, green, blue)
              continue
            }
            let colour = colours[ColourMap.index(of: style.scale.position(of: value))]
            let weight = Int32((alpha * style.scale.strength(of: value)).rounded())
            func mixed(_ below: UInt8, _ above: UInt8) -> UInt8 {
              UInt8((Int32(below) * (65536 - weight) + Int32(above) * weight + 32768) >> 16)
            }
            target[first] = mixed(red, colour.red)
            target[first + 1] = mixed(green, colour.green)
            target[first + 2] = mixed(blue, colour.blue)
          }
        }
      }
      strip?.draw(to: target)
    }
  }

  /// Throws for an image without pixels, on which there is nothing to draw.
  private static func checkDrawable(height: Int, width: Int) throws(FigureError) {
    guard height > 0, width > 0 else {
      throw .wrongShape(figure: "image", shape: "\(width)×\(height)", needed: "at least 1×1")
    }
  }

  /// The luma of BT.601, 0.299 R + 0.587 G + 0.114 B.
  private static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
    UInt8((Int32(red) * 19595 + Int32(green) * 38470 + Int32(blue) * 7471 + 32768) >> 16)
  }

  /// ⅖ of the luma.
  private static func dimmed(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
    // 2/5 × 65536 = 26214.4.
    UInt8((Int32(red) * 7838 + Int32(green) * 15388 + Int32(blue) * 2988 + 32768) >> 16)
  }
}

extension Colour {
  /// Where a heat map has no value.
  static let unseen = Colour(128, 128, 128)
}

/// The rows of a map at the extent of an image.
private struct MapRows {
  private var sampler: MapSampler
  private let height: Int
  private let width: Int

  init(_ map: Tensor, _ style: MapStyle, height: Int, width: Int, _ view: Preprocessing.View?) {
    sampler = MapSampler(
      map, height: height, width: width, view: view ?? .whole(height: height, width: width),
      upsampling: style.upsampling)
    (self.height, self.width) = (height, width)
  }

  /// Calls `body` with each row's number and values.
  mutating func forEach(_ body: (Int, UnsafeMutableBufferPointer<Float>) -> Void) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { line in
      line.initialize(repeating: 0)
      for y in 0..<height {
        sampler.write(row: y, to: line)
        body(y, line)
      }
    }
  }
}

extension Tensor {
  /// Checks that the tensor is a map that can be drawn: two dimensions, not empty, all values finite.
  package func checkMap(named figure: String) throws(FigureError) {
    guard shape.rank == 2, count > 0 else {
      throw .wrongShape(figure: figure, shape: shape.description, needed: "rows × columns and not empty")
    }
    if let bad = firstNotFinite {
      throw .notFinite(figure: figure, row: bad / shape[1], column: bad % shape[1])
    }
  }
}
