import ArgumentParser
import XAICore
import XAIFoundation
import XAIImage

/// How images are turned.
struct OrientationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How images are turned: upright, as their EXIF orientation says and as transformers does, or raw, as they are stored, as timm does.",
      valueName: "upright|raw"), completion: .list(RGBImage.Orientation.allCases.map(\.rawValue)),
    transform: namedValue)
  var exif = RGBImage.Orientation.upright

  /// What a data set is told beside its own options.
  var values: [(key: String, value: String)] { exif == .upright ? [] : [(key: "exif", value: exif.rawValue)] }
}

/// How images are read.
struct ImageOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Another input size than the model's own, such as 384 or 224x320 (height x width).", valueName: "HxW"))
  var size: ImageSize?

  @Option(help: ArgumentHelp("The most pixels that an image may have.", valueName: "n"))
  var pixelLimit = RGBImage.defaultPixelLimit

  @OptionGroup var orientation: OrientationOptions

  func validate() throws {
    guard pixelLimit > 0 else {
      throw ValidationError("--pixel-limit needs to be 1 or more, not \(pixelLimit)")
    }
  }

  /// The model's preprocessing at the size that was asked for.
  func preprocessing(of model: LoadedModel) throws -> Preprocessing {
    let own = model.model.descriptor.preprocessing
    guard let size else { return own }
    _ = try model.model.layout(height: size.height, width: size.width)
    return own.withInputSize(height: size.height, width: size.width)
  }
}

private let colourMapNames = ColourMap.allCases.map(\.rawValue)

private func colourMapNames(diverging: Bool) -> String {
  ColourMap.allCases.filter { $0.isDiverging == diverging }.map(\.rawValue).joined(separator: ", ")
}

@Sendable private func namedColourMap(_ name: String) throws -> ColourMap {
  guard let map = ColourMap(name: name) else {
    throw ValidationError(
      "there is no colour map '\(name)'; there are \(colourMapNames.joined(separator: ", "))")
  }
  return map
}

private func defaultColourMap(diverging: Bool) -> String {
  MapStyle.defaultColourMap(for: diverging ? .symmetric(bound: 1) : .range(0...1)).rawValue
}

/// What maps are drawn on.
enum DrawnView: String, ExpressibleByArgument, CaseIterable, Encodable {
  /// The image as it is, at its own size; what the model doesn't see of it is dimmed.
  case original
  /// What the model sees, after resize and crop.
  case model
}

private let upsamplingNames = MapStyle.Upsampling.allCases.map(\.rawValue)

@Sendable private func namedUpsampling(_ name: String) throws -> MapStyle.Upsampling {
  guard let upsampling = MapStyle.Upsampling(rawValue: name) else {
    throw ValidationError("'\(name)' is none of \(upsamplingNames.joined(separator: ", "))")
  }
  return upsampling
}

/// How maps are drawn.
struct DrawingOptions: ParsableArguments {
  /// A file format of drawn images; the name is the extension.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case png
    case jpeg
  }

  @Option(
    name: [.customLong("colour-map"), .customLong("color-map")],
    help: ArgumentHelp(
      "The colours of signed scores, symmetric about 0 (\(colourMapNames(diverging: true)); default: \(defaultColourMap(diverging: true))), or of others, from lowest to highest (\(colourMapNames(diverging: false)); default: \(defaultColourMap(diverging: false))); may be given for both.",
      valueName: "name"),
    completion: .list(colourMapNames), transform: namedColourMap)
  var colourMap: [ColourMap] = []

  @Option(
    help: ArgumentHelp(
      "The share of the map's colours in an overlay, 0 to 1; of signed scores that of the largest (default: 0.5; signed: 0.9).",
      valueName: "share"))
  var alpha: Double?

  @Option(
    help: ArgumentHelp(
      "How maps are enlarged: \(upsamplingNames.joined(separator: ", ")): smoothly, a patch in one colour, or that with lines between (default: bilinear).",
      valueName: "way"),
    completion: .list(upsamplingNames), transform: namedUpsampling)
  var upsampling = MapStyle.Upsampling.bilinear

  @Option(
    help:
      "What maps are drawn on: the image as it is, what the model doesn't see of it dimmed, or what the model sees, after resize and crop."
  )
  var view = DrawnView.original

  @Option(help: "The file format of images.")
  var format = Format.png

  func validate() throws {
    if let alpha, !(0...1).contains(alpha) {
      throw ValidationError("--alpha is a number from 0 to 1, not \(alpha)")
    }
    for isDiverging in [false, true] {
      let maps = colourMap.filter { $0.isDiverging == isDiverging }
      guard maps.count < 2 else {
        throw ValidationError(
          "--colour-map \(maps.map(\.rawValue).joined(separator: " and ")) are both for \(isDiverging ? "signed scores" : "scores that aren't signed"); give one of them"
        )
      }
    }
  }

  /// Throws where a colour map was given that the scores of no explainer can be drawn in.
  func check(fits explainers: [any Explainer]) throws(Failure) {
    for map in colourMap {
      guard let other = explainers.first,
        explainers.allSatisfy({ $0.scoreMeaning.isSigned != map.isDiverging })
      else { continue }
      let kind =
        map.isDiverging
        ? "a diverging map, for signed scores" : "a sequential map, for scores that aren't signed"
      let meanings = ScoreMeaning.allCases.filter { meaning in
        explainers.contains { $0.scoreMeaning == meaning }
      }
      let actual = meanings.map { $0 == .signed ? "signed" : $0.text }.joined(separator: " or ")
      throw Failure(
        .usage,
        "--colour-map \(map.rawValue) is \(kind), and the scores of \(explainers.count == 1 ? other.specification : "all these explainers") are \(actual). Use \(colourMapNames(diverging: !map.isDiverging))."
      )
    }
  }

  /// How a map is drawn.
  func style(of attribution: Attribution) -> MapStyle {
    attribution.style(
      colourMap: colourMap.first { $0.isDiverging == attribution.scoreMeaning.isSigned }, alpha: alpha,
      upsampling: upsampling)
  }

  /// The extension of images.
  var fileExtension: String { format == .png ? "png" : "jpg" }
}

/// The folder that a user names for files.
enum OutputFolder {
  /// Makes it and the ones above it, where they are not there.
  static func make(_ path: String) throws(Failure) {
    do throws(FileError) { try FileSystem.makeFolder(path) } catch { throw Failure(error) }
  }
}
