public import XAIImage
public import XAITensor

extension Attribution {
  /// The map that is drawn: the scores on the grid; a degenerate one is all zeros, since it is no evidence.
  public var drawnMap: Tensor { isDegenerate ? Tensor(repeating: 0, [grid.rows, grid.columns]) : map }

  /// Which scores are which colours: signed ones symmetric about 0, others from the lowest to the highest.
  ///
  /// Of a map of pixels, of which a few have scores many times those of the others, the largest hundredth of the scores by
  /// magnitude take the colours of the ends.
  ///
  /// The bounds are those of the map as it is enlarged to the model's input, whatever it is drawn on, so that a score has one
  /// colour in all of its images.
  public func colourScale(upsampling: MapStyle.Upsampling = .bilinear) -> ColourScale {
    let map = upsampling == .bilinear && !isDegenerate ? upsampledMap : drawnMap
    let whole = scoreMeaning.isSigned ? ColourScale.centred(map) : .spanning(map)
    guard resolution == .pixels else { return whole }
    let bound = scores.map(\.magnitude).sorted()[scores.count - 1 - scores.count / 100]
    guard bound > 0 else { return whole }
    return scoreMeaning.isSigned
      ? .symmetric(bound: bound) : .range(min(whole.ends.lowerBound, bound)...bound)
  }

  /// How the map is drawn where nothing else is asked for.
  ///
  /// - Parameters:
  ///   - colourMap: the colours; by default those that fit the scores' meaning.
  ///   - alpha: the share of the strongest colours in an overlay.
  ///   - upsampling: how the map is enlarged.
  public func style(
    colourMap: ColourMap? = nil, alpha: Double? = nil, upsampling: MapStyle.Upsampling = .bilinear
  ) -> MapStyle {
    MapStyle(
      scale: colourScale(upsampling: upsampling), colourMap: colourMap, alpha: alpha, upsampling: upsampling)
  }

  /// The map over an image: red for what speaks for the class and blue for what speaks against it where scores are signed,
  /// otherwise from dark for little to bright for much.
  ///
  /// - Parameters:
  ///   - image: what the model was shown, at any size.
  ///   - preprocessing: what the model does to the image before it sees it, which says what part of it it sees; nil where the
  ///     image is already what it sees.
  ///   - style: how the map is drawn; by default as ``style(colourMap:alpha:upsampling:)`` says.
  public func overlay(
    on image: RGBImage, seenThrough preprocessing: Preprocessing? = nil, style: MapStyle? = nil
  ) throws(FigureError) -> RGBImage {
    try image.overlaid(
      with: drawnMap, style: style ?? self.style(),
      view: preprocessing?.view(ofHeight: image.height, width: image.width))
  }

  /// The map over a photograph, where the model saw it.
  ///
  /// - Parameters:
  ///   - image: the photograph, at its own size.
  ///   - model: the model that the map is of.
  ///   - style: how the map is drawn; by default as ``style(colourMap:alpha:upsampling:)`` says.
  public func overlay(
    on image: RGBImage, seenBy model: any Model, style: MapStyle? = nil
  ) throws(FigureError) -> RGBImage {
    try overlay(on: image, seenThrough: model.descriptor.preprocessing, style: style)
  }
}
