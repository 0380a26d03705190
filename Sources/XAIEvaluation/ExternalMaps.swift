public import XAICore
import XAIFoundation
public import XAITensor
import XAIWeights

/// Maps that another program made, such as captum, as an explainer: they are drawn, compared and judged next to ours.
///
/// A map is found by what its image is called: its name in an `Explanation`, its identifier in a data set. So it can't answer
/// for images that are changed, and metrics that ask for maps of those say that there are none.
public struct ExternalMaps: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "external", title: "External maps", summary: "Gives maps that another program made",
    family: .external, needs: [], isClassSpecific: true, scores: .signed, forwardPasses: "0",
    backwardPasses: "0",
    citation: Citation(
      authors: "whoever made the maps", title: "Maps of another program", venue: "swift-xai", year: 2026,
      identifier: "docs/evaluation.md"))

  /// What a map is of.
  public struct Key: Hashable, Sendable, CustomStringConvertible {
    /// What the image is called.
    public let image: String
    /// The class that was asked about; nil where the map counts for every class.
    public let classIndex: Int?

    /// Names an image, and the class that was asked about.
    public init(_ image: String, classIndex: Int? = nil) {
      (self.image, self.classIndex) = (image, classIndex)
    }

    public var description: String { classIndex.map { "\(image)@\($0)" } ?? image }
  }

  public let options: ExternalMapsOptions
  public let scoreMeaning: ScoreMeaning
  private let maps: [Key: Tensor]

  /// Takes maps.
  ///
  /// - Parameters:
  ///   - name: what tables call them, such as `captum-ig`: small letters, digits and hyphens.
  ///   - scores: what the scores mean.
  ///   - maps: [rows, columns] each: a score per patch, or one per pixel of the model's input, of which metrics take the sums over
  ///     patches.
  /// - Throws: `ExternalMapsError` for a name that isn't one, and a map that is no matrix of finite numbers.
  public init(_ name: String, scores: ScoreMeaning, maps: [Key: Tensor]) throws(ExternalMapsError) {
    guard isKebabCase(name) else { throw .malformedName(name) }
    var hash = FNV1a()
    hash.add(scores.rawValue)
    let ordered = maps.sorted {
      ($0.key.image, $0.key.classIndex ?? -1) < ($1.key.image, $1.key.classIndex ?? -1)
    }
    for (key, map) in ordered {
      guard map.shape.rank == 2, map.count > 0 else { throw .noMatrix("\(key)", shape: "\(map.shape)") }
      hash.add("\(key) \(map.shape)")
      for value in map.elements {
        guard value.isFinite else { throw .notFinite("\(key)") }
        hash.add(UInt64(value.bitPattern))
      }
    }
    (self.maps, scoreMeaning) = (maps, scores)
    options = ExternalMapsOptions(name: name, contents: hash.text)
  }

  /// Takes the maps of a safetensors file, as `safetensors.numpy.save_file({"dog.jpg": map}, path)` writes it: a tensor is called
  /// what its image is, with `@3` at the end where it is about class 3 alone.
  ///
  /// - Throws: `SafetensorsError` for a file that isn't one; otherwise as with maps.
  public init(_ name: String, scores: ScoreMeaning, contentsOf path: String) throws {
    let file = try SafetensorsFile(path: path)
    var maps: [Key: Tensor] = [:]
    for stored in file.tensors {
      let map = try file.tensor(stored.name)
      guard let mark = stored.name.lastIndex(of: "@"),
        let index = Int(stored.name[stored.name.index(after: mark)...])
      else {
        maps[Key(stored.name)] = map
        continue
      }
      maps[Key(String(stored.name[..<mark]), classIndex: index)] = map
    }
    try self.init(name, scores: scores, maps: maps)
  }

  /// Refuses: maps can't be written as options.
  public init(options: ExternalMapsOptions) throws { throw ExternalMapsError.noMaps }

  /// Needs nothing.
  public func recording(for model: ModelDescriptor) -> Recording { Recording() }

  /// Finds the map of each image and class.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    try trace.check(targets)
    guard trace.images.count == trace.batchCount else { throw ExternalMapsError.unnamedImages(options.name) }
    let (height, width) = (trace.input.shape[2], trace.input.shape[3])
    return try targets.map { image, _, classIndex in
      let name = trace.images[image]
      guard let map = maps[Key(name, classIndex: classIndex)] ?? maps[Key(name)] else {
        throw ExternalMapsError.noMap(
          options.name, image: name, classIndex: classIndex,
          near: nearestNames(to: name, among: Set(maps.keys.map(\.image)).sorted()))
      }
      let grid = PatchGrid(rows: map.shape[0], columns: map.shape[1])
      guard grid == trace.layout.grid || grid == PatchGrid(rows: height, columns: width) else {
        throw ExternalMapsError.otherGrid(
          options.name, image: name, grid: grid, patches: trace.layout.grid, height: height, width: width)
      }
      return try Attribution(
        scores: map.elements, grid: grid, of: trace, classIndex: classIndex, by: self)
    }
  }
}

/// What tells external maps from others: a name, and a hash of the maps.
public struct ExternalMapsOptions: PluginOptions {
  /// What tables call the maps.
  public private(set) var name = ""
  /// A hash of all maps, by which results of other maps are told apart.
  public private(set) var contents = ""

  public init() {}

  fileprivate init(name: String, contents: String) { (self.name, self.contents) = (name, contents) }

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("name", \.name, "what tables call the maps"),
    OptionSpec("contents", \.contents, "a hash of the maps"),
  ]
}

/// Why there are no external maps.
public enum ExternalMapsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// They were asked for by options.
  case noMaps
  /// Their name is none.
  case malformedName(String)
  /// A map is no matrix.
  case noMatrix(String, shape: String)
  /// A map has a number that is NaN or infinite.
  case notFinite(String)
  /// Nobody says what the images are called.
  case unnamedImages(String)
  /// An image has no map.
  case noMap(String, image: String, classIndex: Int, near: [String])
  /// A map is neither of the patches nor of the pixels of the model's input.
  case otherGrid(String, image: String, grid: PatchGrid, patches: PatchGrid, height: Int, width: Int)

  public var description: String {
    switch self {
    case .noMaps: "external maps are made in code, of maps or of a file of them: options can't say them"
    case .malformedName(let name):
      "'\(name)' is no name for maps: write small letters, digits and single hyphens, a letter first"
    case .noMatrix(let map, let shape): "the map of \(map) is \(shape), and has to have rows and columns"
    case .notFinite(let map): "the map of \(map) has a number that is NaN or infinite"
    case .unnamedImages(let name):
      "\(name) has maps of images by their names, and this pass is over images that have none: changed ones, or a tensor"
    case .noMap(let name, let image, let classIndex, let near):
      "\(name) has no map of '\(image)' for class \(classIndex)"
        + (near.isEmpty ? "" : "; did you mean \(near.map { "'\($0)'" }.joined(separator: ", "))?")
    case .otherGrid(let name, let image, let grid, let patches, let height, let width):
      "the map of '\(image)' by \(name) is \(grid), and the model has \(patches) patches and \(height)×\(width) pixels"
    }
  }
}
