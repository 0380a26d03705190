public import XAICore
import XAIFoundation
public import XAIImage

/// Images that a file of comma-separated values lists, with classes, splits and boxes where it has the columns.
public struct CSVList: Dataset {
  public static let descriptor = DatasetDescriptor(
    id: "csv", title: "CSV list",
    summary: "Pictures that a CSV file lists, with their classes, splits and boxes", hasBoxes: true,
    citation: Citation(
      authors: "Shafranovich",
      title: "Common Format and MIME Type for Comma-Separated Values (CSV) Files", venue: "IETF", year: 2005,
      identifier: "RFC 4180"))

  /// The name of a list that lies beside its images.
  private static let nameInFolder = "labels.csv"

  /// Takes a `.csv` file, and a folder with a `labels.csv`.
  public static func options(recognising path: String) -> CSVListOptions? {
    switch FileSystem.kind(of: path) {
    case .file: path.lowercased().hasSuffix(".csv") ? CSVListOptions(path: path) : nil
    case .folder:
      FileSystem.kind(of: FileSystem.path(path, nameInFolder)) == .file ? CSVListOptions(path: path) : nil
    default: nil
    }
  }

  public let options: CSVListOptions
  /// One name per class; empty where the list has no labels.
  public let classNames: [String]
  private let splits: [DatasetSplit]

  /// Reads a list; images are looked for when they are asked for.
  ///
  /// - Throws: `DatasetError` with file and line for a list that is missing or malformed, and for a label that is no
  ///   class.
  public init(options: CSVListOptions) throws {
    guard let path = options.path else {
      throw DatasetError.invalidOptions(
        dataset: Self.descriptor.id,
        reason: "path is missing. Write \(Self.descriptor.id):path=FILE, or the file alone.")
    }
    let list = FileSystem.kind(of: path) == .folder ? FileSystem.path(path, Self.nameInFolder) : path
    let content = try CSVPictures(contentsOf: list)
    let classes = try CSVClasses(of: content.labels, in: list, names: options.labels)
    self.options = options
    self.classNames = classes.names
    self.splits = CSVSplits(of: content.pictures, classes: classes, list: list, orientation: options.exif)
      .splits(holdingOut: HoldOut(share: options.validation, seed: options.seed))
  }

  /// The splits of the list, the one for training first; `all` where it has none and nothing is held out.
  public var splitNames: [String] { splits.map(\.name) }

  /// A split by its name; throws `DatasetError.noSplit`.
  public func split(_ name: String) throws -> DatasetSplit { try splits.named(name, of: Self.descriptor.id) }
}

/// The options of a list of images.
public struct CSVListOptions: PluginOptions {
  /// The list, or the folder that it lies in as `labels.csv`.
  public var path: String?
  /// A file with one class name a line, by class index.
  public var labels: String?
  /// The share held out for validation where the list has no column of splits.
  public var validation = 0.0
  /// What the images held out are drawn with.
  public var seed = 0
  /// How images are turned; boxes are in what comes of it.
  public var exif = Image.Orientation.upright

  public init() {}

  /// Makes the options for a list.
  public init(
    path: String, labels: String? = nil, validation: Double = 0, seed: Int = 0,
    exif: Image.Orientation = .upright
  ) {
    self.path = path
    self.labels = labels
    self.validation = validation
    self.seed = seed
    self.exif = exif
  }

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "path", \.path, "the list, or the folder that it lies in as labels.csv", allowed: "a path | none"),
    OptionSpec(
      "labels", \.labels, "a file with one class name a line, by class index", allowed: "a path | none"),
    OptionSpec(
      "validation", \.validation, "the share held out for validation, where the list has no column of splits",
      allowed: "a number from 0 to less than 1", where: { (0..<1).contains($0) }),
    OptionSpec("seed", \.seed, "what the pictures held out are drawn with"),
    .exif(\.exif),
  ]
}
