public import XAICore
import XAIFoundation
public import XAIImage

/// Tiny-ImageNet in the layout that it was published in: 200 classes with a box around an object in each image.
///
/// Source: Le and Yang 2015, "Tiny ImageNet Visual Recognition Challenge".
public struct TinyImageNet: Dataset {
  public static let descriptor = DatasetDescriptor(
    id: "tiny-imagenet", title: "Tiny-ImageNet",
    summary:
      "200 classes of ImageNet with 500 training and 50 validation images each, and a box in each image",
    hasBoxes: true,
    citation: Citation(
      authors: "Le & Yang", title: "Tiny ImageNet Visual Recognition Challenge", venue: "Stanford CS 231N",
      year: 2015,
      identifier: "cs231n.stanford.edu/reports/2015/pdfs/yle_project.pdf"))

  /// Takes a folder with a `wnids.txt`.
  public static func options(recognising path: String) -> TinyImageNetOptions? {
    FileSystem.kind(of: FileSystem.path(path, TinyClasses.list)) == .file
      ? TinyImageNetOptions(path: path) : nil
  }

  public let options: TinyImageNetOptions
  /// What `words.txt` calls the classes, in the order of `wnids.txt`.
  public let classes: [DatasetClass]
  private let splits: [DatasetSplit]

  /// Reads the lists; images are opened when they are asked for.
  ///
  /// - Throws: `DatasetError` for a list or folder that is missing, a class without images, a line that is malformed.
  public init(options: TinyImageNetOptions) throws {
    guard let path = options.path else {
      throw DatasetError.invalidOptions(
        dataset: Self.descriptor.id,
        reason: "path is missing. Write \(Self.descriptor.id):path=FOLDER, or the folder alone.")
    }
    let classes = try TinyClasses(of: path)
    self.options = options
    self.classes = zip(classes.ids, classes.names).map { DatasetClass($1, wordNetID: $0) }
    self.splits = try [
      TinyImages(training: classes, of: path, orientation: options.exif).split(named: DatasetSplit.train),
      TinyImages(validating: classes, of: path, orientation: options.exif).split(
        named: DatasetSplit.validation),
    ]
  }

  /// `train` and `validation`; the labels of the test images were never published.
  public var splitNames: [String] { splits.map(\.name) }

  /// A split by its name; throws `DatasetError.noSplit`.
  public func split(_ name: String) throws -> DatasetSplit { try splits.named(name, of: Self.descriptor.id) }
}

/// The options of Tiny-ImageNet.
public struct TinyImageNetOptions: PluginOptions {
  /// The folder with `wnids.txt`.
  public var path: String?
  /// How images are turned.
  public var exif = RGBImage.Orientation.upright

  public init() {}

  /// Makes the options for a folder.
  public init(path: String, exif: RGBImage.Orientation = .upright) {
    self.path = path
    self.exif = exif
  }

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("path", \.path, "the folder with wnids.txt", allowed: "a path | none"),
    .exif(\.exif),
  ]
}
