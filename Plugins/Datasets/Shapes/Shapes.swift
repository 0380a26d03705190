public import XAICore
import XAIFoundation

/// Scenes that the package draws itself: one of eight shapes, of which every pixel is known.
///
/// Scene i of a split depends on the seed and i alone, neither on the counts nor, except for its sharpness, on the size.
public struct Shapes: Dataset {
  public static let descriptor = DatasetDescriptor(
    id: "shapes", title: "Shapes",
    summary: "Drawn scenes of eight shapes among clutter, with the exact mask and box of each object",
    hasBoxes: true, hasMasks: true,
    citation: Citation(
      authors: "swift-xai", title: "Shapes: drawn scenes with exact masks", venue: "swift-xai", year: 2026,
      identifier: "docs/datasets/shapes.md"))

  /// Two objects of different classes in a scene, which has no label of its own.
  public static let pairs = "pairs"

  public let options: ShapesOptions

  /// Makes the data set; nothing is drawn yet.
  public init(options: ShapesOptions = ShapesOptions()) {
    self.options = options
  }

  /// The eight shapes.
  public var classes: [DatasetClass] { ShapeClass.allCases.map { DatasetClass($0.name) } }

  /// One object in every second scene and two in the others, each labelled with the class of one of its objects: to teach
  /// a model that there may be two.
  public static let mixed = "mixed"

  /// `train` and `validation` with one object a scene, `pairs` with two, `mixed` with either.
  public var splitNames: [String] { [DatasetSplit.train, DatasetSplit.validation, Self.pairs, Self.mixed] }

  /// A split by its name; throws `DatasetError` for a name that is not among `splitNames`.
  public func split(_ name: String) throws -> DatasetSplit {
    switch name {
    case DatasetSplit.train: split(name, stream: 0, count: options.train) { _ in 1 }
    case DatasetSplit.validation: split(name, stream: 1, count: options.validation) { _ in 1 }
    case Self.pairs: split(name, stream: 2, count: options.pairs, isLabelled: false) { _ in 2 }
    case Self.mixed: split(name, stream: 3, count: options.train) { $0 % 2 + 1 }
    default: throw DatasetError.noSplit(name: name, dataset: Self.descriptor.id, known: splitNames)
    }
  }

  private func split(
    _ name: String, stream: UInt64, count: Int, isLabelled: Bool = true,
    objects: @escaping @Sendable (_ index: Int) -> Int
  ) -> DatasetSplit {
    let options = options
    let random: @Sendable (Int) -> SeededRandom = { index in
      require((0..<count).contains(index), "\(name) has \(count) scenes, and none of index \(index)")
      return SeededRandom(seed: UInt64(bitPattern: Int64(options.seed)), stream, UInt64(index))
    }
    // Of two objects the first one: which class that is, is by chance.
    let label: @Sendable (Int) -> Int? = { index in
      guard isLabelled else { return nil }
      var random = random(index)
      return ShapeClass.drawn(objects(index), from: &random)[0].rawValue
    }
    return DatasetSplit(
      name: name, count: count,
      identifier: { index in
        let digits = String(index)
        return "\(name)-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
      },
      label: label,
      sample: { index in
        var random = random(index)
        let scene = Scene(objects: objects(index), clutter: Float(options.clutter), from: &random)
        return scene.sample(size: options.size, label: label(index))
      })
  }
}

/// How many scenes there are, how large, and from which seed.
public struct ShapesOptions: PluginOptions {
  /// Pixels of a side.
  public var size = 64
  /// Which scenes are drawn: another seed, other scenes.
  public var seed = 0
  /// Scenes of the split `train`.
  public var train = 50_000
  /// Scenes of the split `validation`.
  public var validation = 2_000
  /// Scenes of the split `pairs`.
  public var pairs = 500
  /// How much lies around without a label, as a multiple of the usual; 0 for none.
  public var clutter = 1.0

  /// The defaults.
  public init() {}

  /// As users write them.
  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "size", \.size, "pixels of a side", allowed: "a whole number from 16 to 2048",
      where: { (16...2048).contains($0) }),
    OptionSpec("seed", \.seed, "which scenes are drawn"),
    OptionSpec(
      "train", \.train, "scenes of the split train", allowed: countsAllowed, where: counts.contains),
    OptionSpec(
      "validation", \.validation, "scenes of the split validation", allowed: countsAllowed,
      where: counts.contains),
    OptionSpec(
      "pairs", \.pairs, "scenes of the split pairs", allowed: countsAllowed, where: counts.contains),
    OptionSpec(
      "clutter", \.clutter, "how much lies around without a label, as a multiple of the usual",
      allowed: "a number from 0 to 4", where: { (0...4).contains($0) }),
  ]

  private static let counts = 1...100_000_000
  private static let countsAllowed = "a whole number from 1 to 100000000"
}

/// What an object can be; the raw value is the class index.
///
/// No two of them become alike by turning, so that objects may have any rotation.
enum ShapeClass: Int, CaseIterable, Sendable {
  case disc, square, triangle, star, cross, ring, heart, crescent

  /// What people call it.
  var name: String { String(describing: self) }
}
