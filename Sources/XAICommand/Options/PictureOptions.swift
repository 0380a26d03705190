import ArgumentParser
import XAICore
import XAIFoundation
import XAIImage

/// How images are turned.
struct OrientationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How images are turned: upright, as their EXIF orientation says and as transformers does, or raw, as they are stored, as timm does.",
      valueName: "upright|raw"), completion: .list(Image.Orientation.allCases.map(\.rawValue)),
    transform: namedValue)
  var exif = Image.Orientation.upright

  /// What a data set is told beside its own options.
  var values: [(key: String, value: String)] { exif == .upright ? [] : [(key: "exif", value: exif.rawValue)] }
}

/// How images are read.
struct PictureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Another input size than the model's own, such as 384 or 224x320 (height x width).", valueName: "HxW"))
  var size: PictureSize?

  @Option(help: ArgumentHelp("The most pixels that a picture may have.", valueName: "n"))
  var pixelLimit = Image.defaultPixelLimit

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

@Sendable private func namedColourMap(_ name: String) throws -> ColourMap {
  guard let map = ColourMap(name: name) else {
    throw ValidationError(
      "there is no colour map '\(name)'; there are \(colourMapNames.joined(separator: ", "))")
  }
  return map
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
    help: ArgumentHelp("The colours of maps: \(colourMapNames.joined(separator: ", ")).", valueName: "name"),
    completion: .list(colourMapNames), transform: namedColourMap)
  var colourMap = ColourMap.jet

  @Option(help: ArgumentHelp("The share of the map's colours in an overlay, 0 to 1.", valueName: "share"))
  var alpha = 0.5

  @Option(help: "The file format of pictures.")
  var format = Format.png

  func validate() throws {
    guard (0...1).contains(alpha) else {
      throw ValidationError("--alpha is a number from 0 to 1, not \(alpha)")
    }
  }

  /// The extension of images.
  var fileExtension: String { format == .png ? "png" : "jpg" }
}

/// The folder that a user names for files.
enum OutputFolder {
  /// The path of a file in it.
  static func path(_ folder: String, _ name: String) -> String { FileSystem.path(folder, name) }

  /// Makes it and the ones above it, where they are not there.
  static func make(_ path: String) throws(Failure) {
    do throws(FileError) { try FileSystem.makeFolder(path) } catch { throw Failure(error) }
  }
}
