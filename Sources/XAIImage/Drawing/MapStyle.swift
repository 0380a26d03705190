/// How a map is drawn.
public struct MapStyle: Hashable, Sendable {
  /// How the values between those of a map come about where it is drawn larger.
  public enum Upsampling: String, Hashable, Sendable, CaseIterable {
    /// Bilinear with half-pixel centres: smooth, and no more exact for it.
    case bilinear
    /// Each pixel has the value that it lies in: a patch is one colour.
    case nearest
    /// As nearest, with lines between the values, where these are eight pixels and more.
    case grid
  }

  /// Which values are which colours, and how strong.
  public var scale: ColourScale
  /// The colours.
  public var colourMap: ColourMap
  /// The share of the strongest colours in an overlay, from 0 to 1.
  public var alpha: Double
  /// How the map is enlarged.
  public var upsampling: Upsampling
  /// Whether the image is grey under an overlay, so that all colour is the map's: what is red in a photograph would look as if
  /// it spoke for the class.
  public var greysImage: Bool

  /// Makes a style; colours and share are by default those of ``defaultColourMap(for:)`` and ``defaultAlpha(for:)``, and the image
  /// is grey under signed values.
  public init(
    scale: ColourScale, colourMap: ColourMap? = nil, alpha: Double? = nil, upsampling: Upsampling = .bilinear,
    greysImage: Bool? = nil
  ) {
    self.scale = scale
    self.colourMap = colourMap ?? Self.defaultColourMap(for: scale)
    self.alpha = alpha ?? Self.defaultAlpha(for: scale)
    self.upsampling = upsampling
    self.greysImage = greysImage ?? scale.isSymmetric
  }

  /// `coolwarm` for signed values, and `inferno` for others: perceptually uniform both of them.
  public static func defaultColourMap(for scale: ColourScale) -> ColourMap {
    scale.isSymmetric ? .coolwarm : .inferno
  }

  /// 0.9 for signed values, of which all but the strongest cover less, and 0.5 for others, which all cover alike.
  public static func defaultAlpha(for scale: ColourScale) -> Double { scale.isSymmetric ? 0.9 : 0.5 }
}
