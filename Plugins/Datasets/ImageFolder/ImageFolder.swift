public import XAICore
import XAIFoundation
public import XAIImage

/// Images in one folder per class, with or without folders for the splits, or in a folder without classes.
///
/// Classes are folder names, in the order of their bytes, as torchvision's class of that name numbers them.
public struct ImageFolder: Dataset {
  public static let descriptor = DatasetDescriptor(
    id: "image-folder", title: "Image folder",
    summary: "Images in one folder per class, with or without train, validation and test folders above",
    citation: Citation(
      authors: "TorchVision maintainers and contributors",
      title: "TorchVision: PyTorch's Computer Vision library",
      venue: "GitHub", year: 2016, identifier: "github.com/pytorch/vision"))

  /// Takes every folder.
  public static func options(recognising path: String) -> ImageFolderOptions? {
    FileSystem.kind(of: path) == .folder ? ImageFolderOptions(path: path) : nil
  }

  public let options: ImageFolderOptions
  /// The class folders; none where images have no classes.
  public let classes: [DatasetClass]
  /// Folders and images beside those of splits and classes, which are left out.
  public let notes: [String]
  private let splits: [DatasetSplit]

  /// Lists a folder.
  ///
  /// - Throws: `DatasetError` for a folder that isn't there or has no images, a class without images, a class that
  ///   is not among those of the training split.
  public init(options: ImageFolderOptions) throws {
    guard let path = options.path else {
      throw DatasetError.invalidOptions(
        dataset: Self.descriptor.id,
        reason: "path is missing. Write \(Self.descriptor.id):path=FOLDER, or the folder alone.")
    }
    guard let kind = FileSystem.kind(of: path), kind == .folder else {
      throw DatasetError.missing(path: path, need: "there is no such folder of images. Check the path.")
    }
    let layout = try FolderLayout(of: path, orientation: options.exif)
    self.options = options
    self.classes = layout.classNames.map { DatasetClass(FileName.shown($0)) }
    (splits, notes) = try layout.splits(holdingOut: HoldOut(share: options.validation, seed: options.seed))
  }

  /// The splits that have images, the one for training first.
  public var splitNames: [String] { splits.map(\.name) }

  /// A split by its name; throws `DatasetError.noSplit`.
  public func split(_ name: String) throws -> DatasetSplit { try splits.named(name, of: Self.descriptor.id) }
}

/// The options of a folder of images.
public struct ImageFolderOptions: PluginOptions {
  /// The folder.
  public var path: String?
  /// The share held out for validation where the folder has no splits of its own.
  public var validation = 0.1
  /// What the images held out are drawn with.
  public var seed = 0
  /// How images are turned.
  public var exif = RGBImage.Orientation.upright

  public init() {}

  /// Makes the options for a folder.
  public init(path: String, validation: Double = 0.1, seed: Int = 0, exif: RGBImage.Orientation = .upright) {
    self.path = path
    self.validation = validation
    self.seed = seed
    self.exif = exif
  }

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("path", \.path, "the folder", allowed: "a path | none"),
    OptionSpec(
      "validation", \.validation,
      "the share held out for validation, where the folder has no splits of its own",
      allowed: "a number from 0 to less than 1", where: { (0..<1).contains($0) }),
    OptionSpec("seed", \.seed, "what the images held out are drawn with"),
    .exif(\.exif),
  ]
}
