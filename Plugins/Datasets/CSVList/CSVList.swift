public import XAICore
import XAIFoundation
public import XAIImage

/// Images that a file of comma-separated values lists, with classes, splits and boxes where it has the columns.
public struct CSVList: Dataset {
  public static let descriptor = DatasetDescriptor(
    id: "csv", title: "CSV list",
    summary: "Images that a CSV or JSON Lines file lists, with their classes, splits and boxes",
    hasBoxes: true,
    citation: Citation(
      authors: "Shafranovich",
      title: "Common Format and MIME Type for Comma-Separated Values (CSV) Files", venue: "IETF", year: 2005,
      identifier: "RFC 4180"))

  /// Takes a `.csv` or `.jsonl` file, and a folder with a `labels.csv`, `metadata.csv` or `metadata.jsonl` in it or in its
  /// splits that gives images classes or boxes.
  public static func options(recognising path: String) -> CSVListOptions? {
    switch FileSystem.kind(of: path) {
    case .file: ListFile.isList(path) ? CSVListOptions(path: path) : nil
    case .folder:
      // Of several lists the one who opens it hears.
      (try? ListFile.find(at: path, hasToName: true).lists.isEmpty) == true ? nil : CSVListOptions(path: path)
    default: nil
    }
  }

  public let options: CSVListOptions
  /// The classes; none where the list has no labels.
  public let classes: [DatasetClass]
  /// Whether an image has a box.
  public let hasObjects: Bool
  /// Images next to a list that it leaves out.
  public let notes: [String]
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
    let (root, lists) = try ListFile.find(at: path, hasToName: false)
    guard !lists.isEmpty else {
      throw DatasetError.missing(
        path: path, need: "there is no list \(ListFile.names.joined(separator: ", ")) in it. Check the path.")
    }
    let content = try CSVImages(lists, root: root)
    let classes = try CSVClasses(of: content.labels, names: options.labels)
    self.options = options
    self.classes = classes.classes
    self.hasObjects = content.images.contains { !$0.objects.isEmpty }
    self.splits = CSVSplits(
      images: content.images, classes: classes, root: root, orientation: options.exif
    )
    .splits(holdingOut: HoldOut(share: options.validation, seed: options.seed))
    self.notes = try lists.flatMap { try Self.notes(on: $0, of: content.images, isFolder: root == path) }
  }

  /// Images that lie next to a list of a folder, and are not in it.
  private static func notes(
    on list: ListFile, of images: [CSVImages.Image], isFolder: Bool
  ) throws -> [String] {
    guard isFolder else { return [] }
    let folder = FileSystem.folder(of: list.path)
    let listed = Set(images.map { Array($0.file.utf8) })
    let others = try folderEntries(of: folder).filter { entry in
      entry.kind == .file && ImageFormat(extensionOf: entry.name)?.isReadable == true
        && !listed.contains(Array((list.prefix + entry.name).utf8))
        && !listed.contains(Array((list.prefix + "./" + entry.name).utf8))
    }.map(\.name)
    return others.isEmpty
      ? []
      : [
        "\(FileName.shown(folder)): \(counted(others.count, "image")) that \(FileSystem.name(of: list.path)) doesn't list "
          + "\(others.count == 1 ? "is" : "are") left out: \(DatasetError.summary(of: others.map(FileName.shown)))"
      ]
  }

  /// The splits of the list, the one for training first; `all` where it has none and nothing is held out.
  public var splitNames: [String] { splits.map(\.name) }

  /// A split by its name; throws `DatasetError.noSplit`.
  public func split(_ name: String) throws -> DatasetSplit { try splits.named(name, of: Self.descriptor.id) }
}

/// The options of a list of images.
public struct CSVListOptions: PluginOptions {
  /// The list, or the folder that it lies in.
  public var path: String?
  /// A file with one class name a line, by class index.
  public var labels: String?
  /// The share held out for validation where the list has no column of splits.
  public var validation = 0.0
  /// What the images held out are drawn with.
  public var seed = 0
  /// How images are turned; boxes are in what comes of it.
  public var exif = RGBImage.Orientation.upright

  public init() {}

  /// Makes the options for a list.
  public init(
    path: String, labels: String? = nil, validation: Double = 0, seed: Int = 0,
    exif: RGBImage.Orientation = .upright
  ) {
    self.path = path
    self.labels = labels
    self.validation = validation
    self.seed = seed
    self.exif = exif
  }

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "path", \.path, "the list, or the folder that it lies in", allowed: "a path | none"),
    OptionSpec(
      "labels", \.labels, "a file with one class name a line, by class index", allowed: "a path | none"),
    OptionSpec(
      "validation", \.validation, "the share held out for validation, where the list has no column of splits",
      allowed: "a number from 0 to less than 1", where: { (0..<1).contains($0) }),
    OptionSpec("seed", \.seed, "what the images held out are drawn with"),
    .exif(\.exif),
  ]
}
