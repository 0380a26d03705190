import XAICore
import XAIEvaluation
import XAIImage
import XAITensor

/// A map as a tiny image, one pixel a patch, that the browser enlarges smoothly.
struct MapImage {
  let uri: String
  /// Whether its colours are symmetric about 0 and cover as they are strong.
  let isSigned: Bool

  /// Colours magnitudes and relative scores from the lowest to the highest, and signed scores symmetric about 0, what is near to 0 being transparent.
  ///
  /// A flat map is no evidence: all of the lowest colour, or all transparent.
  init(_ map: MapResult, meaning: ScoreMeaning, rows: Int, columns: Int) throws {
    let scores = Tensor(
      [rows, columns], map.isDegenerate ? map.scores.map { _ in 0 } : map.scores)
    isSigned = meaning.isSigned
    let scale = isSigned ? ColourScale.centred(scores) : .spanning(scores)
    let image = try RGBImage(map: scores, scale: scale)
    let bytes =
      isSigned
      ? try image.png(alpha: scores.elements.map { UInt8((scale.strength(of: $0) * 255).rounded()) })
      : try image.png()
    uri = dataURI(bytes, type: "image/png")
  }
}

/// What the colours of maps mean: a colour bar for signed scores, and one for magnitudes and relative scores, each where
/// there are such maps.
struct MapLegend {
  private let magnitudes: [String]
  private let signed: [String]
  private let relative: [String]

  init(_ explainers: [ExplainerIdentity], names: [String]) {
    func drawn(_ meaning: ScoreMeaning) -> [String] {
      zip(explainers, names).filter { $0.0.scoreMeaning == meaning }.map(\.1)
    }
    (magnitudes, signed, relative) = (drawn(.magnitude), drawn(.signed), drawn(.relative))
  }

  /// The colours of the bars.
  static let style = [true, false].map { isSigned in
    let colours = map(isSigned: isSigned).colours
    let stops = stride(from: 0, through: 256, by: 32).map { index in
      let colour = colours[min(index, 255)]
      return "rgb(\(colour.red) \(colour.green) \(colour.blue))"
    }
    let gradient = "linear-gradient(to right,\(stops.joined(separator: ",")))"
    return ".ramp.\(name(isSigned: isSigned)){background:\(gradient)}\n"
  }.joined()

  private static func map(isSigned: Bool) -> ColourMap {
    MapStyle.defaultColourMap(for: isSigned ? .symmetric(bound: 1) : .range(0...1))
  }

  /// The class of a bar in the page.
  private static func name(isSigned: Bool) -> String { isSigned ? "signed" : "unsigned" }

  /// The bars.
  var html: HTML {
    var bars: [HTML] = []
    if !signed.isEmpty {
      bars.append(
        bar(
          isSigned: true, ["against", "0", "for"],
          "Signed scores, as strong as they are large, up to the largest of each map: \(signed.joined(separator: ", "))"
        ))
    }
    let kinds = [
      magnitudes.isEmpty
        ? nil
        : "Magnitudes, from the lowest score of each map to its highest: \(magnitudes.joined(separator: ", "))",
      relative.isEmpty
        ? nil
        : "Relative scores, whose 0 means nothing, from the lowest of each map to the highest: \(relative.joined(separator: ", "))",
    ].compactMap { $0 }
    if !kinds.isEmpty {
      bars.append(bar(isSigned: false, ["lowest", "highest"], kinds.joined(separator: ". ")))
    }
    return "<div class=\"scales\">\(bars)</div>"
  }

  private func bar(isSigned: Bool, _ ends: [String], _ text: String) -> HTML {
    let labels = ends.map { end -> HTML in "<span>\(end)</span>" }
    return """
      <div class="scale"><div class="ramp \(Self.name(isSigned: isSigned))" role="img" aria-label="\(ends.joined(separator: " to "))"></div>\
      <div class="ends" aria-hidden="true">\(labels)</div><p>\(text)</p></div>

      """
  }
}
