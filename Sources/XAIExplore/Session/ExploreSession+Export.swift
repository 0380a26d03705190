import XAICore
import XAIFigures
import XAIFoundation
public import XAIImage
import XAITensor
import XAIWeights

/// A map as a file.
public struct ExploreExport: Hashable, Sendable {
  /// What a map is written as.
  public enum Format: String, Hashable, Sendable, CaseIterable {
    /// A figure: the map over the image with a bar of its colours, as vectors.
    case svg
    /// The same figure for a paper.
    case pdf
    /// The map over the image at its own size, with a bar below.
    case png
    /// The scores, rows × columns, for NumPy.
    case npy
    /// The answer itself.
    case json
  }

  /// How a map is drawn; nil for what fits its scores.
  public struct Style: Hashable, Sendable {
    /// The colours.
    public var colourMap: ColourMap?
    /// The share of the strongest colours.
    public var alpha: Double?
    /// How the map is enlarged.
    public var upsampling = MapStyle.Upsampling.bilinear

    /// Makes the default style.
    public init() {}
  }

  /// The file's bytes.
  public let bytes: [UInt8]
  /// What browsers call its kind.
  public let type: String
  /// What it may be called.
  public let fileName: String
}

extension ExploreSession {
  /// A map as a file: what the command draws, with the same colours and at the same place of the image.
  ///
  /// - Throws: as for a map; `DrawingError` where Pango and Cairo aren't there for a PDF.
  public func export(
    _ question: ExploreMapQuestion, as format: ExploreExport.Format, style: ExploreExport.Style = .init()
  ) async throws -> ExploreExport {
    let asked = try model(question.model)
    let made = try await make(question, of: asked, purpose: "export")
    let attribution = made.attribution
    let name = try images.image(question.image).name
    let stem = FileSystem.parts(ofName: name).stem
    let fileName =
      Self.plain("\(stem).\(attribution.explainer).\(attribution.classIndex)") + "." + format.rawValue
    func file(_ bytes: [UInt8], _ type: String) -> ExploreExport {
      ExploreExport(bytes: bytes, type: type, fileName: fileName)
    }
    switch format {
    case .npy: return file(NPYFile.bytes(attribution.map), "application/octet-stream")
    case .json: return file(try jsonBytes(try await map(question)), "application/json")
    case .png, .svg, .pdf: break
    }
    let photograph = try await images.original(question.image)
    let view = asked.model.descriptor.preprocessing.view(
      ofHeight: photograph.height, width: photograph.width)
    let drawn = attribution.style(
      colourMap: style.colourMap, alpha: style.alpha, upsampling: style.upsampling)
    let overlay = try photograph.overlaid(
      with: attribution.drawnMap, style: drawn, view: view, colourBar: format == .png)
    guard format != .png else { return file(try overlay.png(), "image/png") }
    let figure = Self.figure(overlay, drawn, attribution, made, of: asked.model.descriptor)
    if format == .svg { return file(Array(try figure.svg().utf8), "image/svg+xml") }
    return file(try figure.pdf().bytes, "application/pdf")
  }

  /// A name that any system takes, and any header.
  private static func plain(_ name: String) -> String {
    String(
      String.UnicodeScalarView(
        name.unicodeScalars.map { scalar in
          let isPlain =
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
          return isPlain || "-_=.".unicodeScalars.contains(scalar) ? scalar : "_"
        }))
  }

  private static func figure(
    _ overlay: RGBImage, _ style: MapStyle, _ attribution: Attribution, _ made: MadeMap,
    of model: ModelDescriptor
  ) -> Drawing {
    let target = made.logits.isEmpty ? nil : ClassRow(made.logits, of: model)[attribution.classIndex]
    let value = target.map { target in
      target.probability.map { "\(decimal(Double($0) * 100, places: 1)) %" }
        ?? decimal(Double(target.logit), places: 2)
    }
    let ends = style.scale.ends
    var montage = Montage(
      rows: [[overlay]], title: made.explainer.descriptor.title,
      colourBars: [ColourBar(style.colourMap, range: Double(ends.lowerBound)...Double(ends.upperBound))],
      cellWidth: 90 / 25.4 * 72,
      cellHeight: 90 / 25.4 * 72 * Double(overlay.height) / Double(max(overlay.width, 1)))
    if let target, let value { montage.captions = [["\(target.label), \(value)"]] }
    return montage.drawing()
  }
}
