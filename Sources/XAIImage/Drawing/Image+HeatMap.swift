public import XAITensor

extension Image {
  /// Colours a map of values in 0…1: rows × columns, one pixel a value.
  ///
  /// Values outside take the nearest colour. Throws ``FigureError`` for what is no map or not finite.
  public init(map: Tensor, colourMap: ColourMap = .jet) throws(FigureError) {
    try map.checkMap(named: "map")
    let colours = colourMap.colours
    self.init(width: map.shape[1], height: map.shape[0]) { pixels in
      map.withElements { values in
        for (index, value) in values.enumerated() {
          pixels.setColour(colours[ColourMap.index(of: value)], at: index)
        }
      }
    }
  }

  /// Colours a map of signed values, rows × columns, so that 0 has the middle colour and ±`bound` the end colours.
  ///
  /// Without a bound, the greatest magnitude of the map is taken, so that a map of zeros is all middle colour.
  public init(signedMap map: Tensor, bound: Float? = nil, colourMap: ColourMap = .coolwarm)
    throws(FigureError)
  {
    try map.checkMap(named: "signed map")
    let bound = bound ?? map.elements.reduce(0) { max($0, $1.magnitude) }
    // Halves first: 2 × bound may be infinite.
    let unit = Tensor(map.shape, map.elements.map { bound > 0 ? 0.5 + $0 / bound / 2 : 0.5 })
    try self.init(map: unit, colourMap: colourMap)
  }

  /// Lays the colours of a map over the image: (1 − alpha) × image + alpha × colour.
  ///
  /// A map of another extent is interpolated bilinearly to that of the image. `alpha` is cut to 0…1.
  public func overlaid(
    with map: Tensor, alpha: Double = 0.5, colourMap: ColourMap = .jet
  ) throws(FigureError) -> Image {
    try map.checkMap(named: "map")
    guard width > 0, height > 0 else { return self }
    let fits = map.shape[0] == height && map.shape[1] == width
    return blended(
      with: try Image(
        map: fits ? map : BilinearUpsampling(height: height, width: width)(map), colourMap: colourMap),
      alpha: alpha)
  }

  /// Mixes two images of one extent, samples rounded to nearest.
  private func blended(with other: Image, alpha: Double) -> Image {
    // Weights in 1/65536 add up to one exactly.
    let weight = Int32((min(max(alpha, 0), 1) * 65536).rounded())
    return Image(width: width, height: height) { target in
      pixels.withUnsafeBufferPointer { below in
        other.pixels.withUnsafeBufferPointer { above in
          for index in below.indices {
            let sum = Int32(below[index]) * (65536 - weight) + Int32(above[index]) * weight
            target[index] = UInt8((sum + 32768) >> 16)
          }
        }
      }
    }
  }
}

extension Tensor {
  /// Checks that the tensor is a map that can be drawn: two dimensions, not empty, all values finite.
  func checkMap(named figure: String) throws(FigureError) {
    guard shape.rank == 2, count > 0 else {
      throw .wrongShape(figure: figure, shape: shape.description, needed: "rows × columns and not empty")
    }
    if let bad = firstNotFinite {
      throw .notFinite(figure: figure, row: bad / shape[1], column: bad % shape[1])
    }
  }
}
