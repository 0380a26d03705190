import XAIFoundation

/// Images with classes, and where they are known with boxes and masks of the objects, in splits.
///
/// A data set reads its lists when it is made and an image when it is asked for, so that its memory does not grow with
/// the images.
public protocol Dataset: Plugin, CustomStringConvertible {
  /// Its options, such as where it lies.
  associatedtype Options: PluginOptions

  /// What it is, for lists and help.
  static var descriptor: DatasetDescriptor { get }

  /// The options for a path that a user named, where what lies there is a data set of this kind; otherwise nil.
  static func options(recognising path: String) -> Options?

  /// The options that it was made with.
  var options: Options { get }

  /// Makes a data set; throws `DatasetError` where its lists are missing or wrong.
  init(options: Options) throws

  /// The classes, by class index.
  var classes: [DatasetClass] { get }

  /// Whether objects have boxes or masks here, which a list may lack that could have them.
  var hasObjects: Bool { get }

  /// What a user should know about what was read: what was assumed, and what is there and was left out.
  var notes: [String] { get }

  /// What its splits are called, the one for training first where there is one.
  var splitNames: [String] { get }

  /// A split by its name; throws `DatasetError` for a name that is not among `splitNames`.
  func split(_ name: String) throws -> DatasetSplit
}

extension Dataset {
  /// The id, and how many classes and splits there are.
  public var description: String {
    "\(descriptor.id): \(counted(classes.count, "class", plural: "classes")), "
      + "splits \(splitNames.joined(separator: ", "))"
  }

  /// The descriptor of its type.
  public var descriptor: DatasetDescriptor { Self.descriptor }

  /// One name per class, by class index.
  public var classNames: [String] { classes.map(\.name) }

  /// Whether the descriptor promises boxes or masks.
  public var hasObjects: Bool { descriptor.hasBoxes || descriptor.hasMasks }

  /// None.
  public var notes: [String] { [] }

  /// None: a data set that is not made from files.
  public static func options(recognising path: String) -> Options? { nil }
}

/// Part of a data set: a list that is there, and samples that are made when they are asked for.
///
/// The closures may be called from several threads at once, and give the same for an index each time.
public struct DatasetSplit: Sendable {
  /// The name of the split for training.
  public static let train = "train"
  /// The name of the split that training is judged by.
  public static let validation = "validation"

  /// What the split is called.
  public let name: String
  /// How many samples it has.
  public let count: Int
  /// The name of a sample, unique within the split and the same on every machine, such as a relative path.
  public let identifier: @Sendable (_ index: Int) -> String
  /// The class of a sample, known without opening it; nil where it has none.
  public let label: @Sendable (_ index: Int) -> Int?
  /// Opens or draws a sample; throws for one that is damaged.
  public let sample: @Sendable (_ index: Int) throws -> Sample
  /// Whether the image of a sample is stored in another orientation and turned upright as it is opened; looks at no
  /// pixels.
  public let isTurned: @Sendable (_ index: Int) -> Bool

  /// Makes a split.
  public init(
    name: String, count: Int, identifier: @escaping @Sendable (_ index: Int) -> String,
    label: @escaping @Sendable (_ index: Int) -> Int?,
    sample: @escaping @Sendable (_ index: Int) throws -> Sample,
    isTurned: @escaping @Sendable (_ index: Int) -> Bool = { _ in false }
  ) {
    self.name = name
    self.count = count
    self.identifier = identifier
    self.label = label
    self.sample = sample
    self.isTurned = isTurned
  }
}

extension DatasetSplit: CustomStringConvertible {
  /// The name and the number of samples.
  public var description: String { "\(name): \(counted(count, "sample"))" }
}

/// What a data set is, for lists and help.
public struct DatasetDescriptor: Hashable, Sendable, Codable {
  /// What users write, kebab-case.
  public let id: String
  /// What people call it.
  public let title: String
  /// One sentence that says what it holds or reads.
  public let summary: String
  /// Whether its samples have boxes around objects.
  public let hasBoxes: Bool
  /// Whether its samples have masks of objects.
  public let hasMasks: Bool
  /// Where it was published.
  public let citation: Citation

  /// Describes a data set.
  public init(
    id: String, title: String, summary: String, hasBoxes: Bool = false, hasMasks: Bool = false,
    citation: Citation
  ) {
    self.id = id
    self.title = title
    self.summary = summary
    self.hasBoxes = hasBoxes
    self.hasMasks = hasMasks
    self.citation = citation
  }
}

extension Collection<DatasetSplit> {
  /// The split of a name.
  ///
  /// - Throws: `DatasetError.noSplit` with the names that there are.
  public func named(_ name: String, of dataset: String) throws(DatasetError) -> DatasetSplit {
    guard let split = first(where: { $0.name == name }) else {
      throw .noSplit(name: name, dataset: dataset, known: map(\.name))
    }
    return split
  }
}

/// Why a data set can't be used.
public enum DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A file or folder that the data set consists of is not there or can't be read.
  case missing(path: String, need: String)
  /// A list says something that can't be; lines count from 1.
  case malformed(file: String, line: Int?, reason: String)
  /// A class has no images.
  case emptyClass(name: String, place: String)
  /// A label is not among the classes.
  case unknownLabel(file: String, line: Int, label: String, known: String)
  /// There is no split of that name.
  case noSplit(name: String, dataset: String, known: [String])
  /// Nothing is left to work on.
  case empty(place: String)
  /// Options contradict one another or lack something.
  case invalidOptions(dataset: String, reason: String)
  /// A mask of more or fewer pixels than its extent has.
  case wrongMask(pixels: Int, width: Int, height: Int)

  public var description: String {
    switch self {
    case .missing(let path, let need): "\(FileName.shown(path)): \(need)"
    case .malformed(let file, let line, let reason):
      "\(FileName.shown(file))\(line.map { ", line \($0)" } ?? ""): \(reason)"
    case .emptyClass(let name, let place):
      "\(FileName.shown(place)): the class '\(name)' has no images. Add some or remove the class."
    case .unknownLabel(let file, let line, let label, let known):
      "\(FileName.shown(file)), line \(line): the label '\(label)' is not among the classes (\(known))"
    case .noSplit(let name, let dataset, let known):
      known.isEmpty
        ? "\(dataset) has no split '\(name)', and no other"
        : "\(dataset) has no split '\(name)'; it has \(known.joined(separator: ", "))"
    case .empty(let place): "\(FileName.shown(place)): there are no images"
    case .invalidOptions(let dataset, let reason): "\(dataset): \(reason)"
    case .wrongMask(let pixels, let width, let height):
      "\(pixels) pixels do not make a mask of \(width)×\(height)"
    }
  }
}

extension DatasetError {
  /// Names in a message: all where they are few, otherwise the first and how many there are.
  package static func summary(of names: [String]) -> String {
    let most = 8
    return names.count <= most
      ? names.joined(separator: ", ")
      : names.prefix(most).joined(separator: ", ") + ", …, \(names.count) in all"
  }
}
