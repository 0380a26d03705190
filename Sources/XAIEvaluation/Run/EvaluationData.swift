public import XAICore
import XAIFoundation

/// The images that an evaluation works on.
public struct EvaluationData: Sendable {
  /// The data set.
  public let dataset: any Dataset
  /// The split.
  public let split: DatasetSplit
  /// What the images are drawn with; nil where they are all of the split.
  public let seed: Int?
  /// The index in the split of each place of the sample.
  let indices: [Int]
  /// How many images were to be drawn.
  private let count: Int?
  private let drawingSeed: Int

  /// Draws images of a split without replacement, in an order that is by chance, so that those which are done when a
  /// run is stopped are a sample themselves; without a count, or with one that reaches that of the split, all in order.
  public init(_ dataset: any Dataset, split: DatasetSplit, count: Int? = nil, seed: Int = 0) {
    self.dataset = dataset
    self.split = split
    (self.count, drawingSeed) = (count, seed)
    guard let count, count < split.count else {
      self.seed = nil
      indices = Array(0..<split.count)
      return
    }
    self.seed = seed
    indices = Self.drawn(max(count, 0), of: split.count, seed: seed)
  }

  /// How many images there are.
  public var sampleCount: Int { indices.count }

  /// The same of those images of the split for which `isIncluded` holds.
  func filter(_ isIncluded: (_ index: Int) -> Bool) -> EvaluationData {
    EvaluationData(dataset, split: split.filter(isIncluded), count: count, seed: drawingSeed)
  }

  /// The first `count` places of a shuffle (Fisher and Yates), of which only the entries that moved are held.
  private static func drawn(_ count: Int, of total: Int, seed: Int) -> [Int] {
    var random = SeededRandom(seed: UInt64(bitPattern: Int64(seed)))
    var moved: [Int: Int] = [:]
    return (0..<count).map { place in
      let other = place + random.index(below: total - place)
      let drawn = moved[other] ?? other
      moved[other] = moved[place] ?? place
      return drawn
    }
  }

  /// Those of the images that are stored in another orientation and turned upright as they are opened.
  var turned: [String] { indices.filter(split.isTurned).map(split.identifier) }

  /// What the images are, wherever they lie.
  var identity: DataIdentity {
    var hash = FNV1a()
    for index in 0..<split.count { hash.add(delimited: split.identifier(index)) }
    return DataIdentity(
      name: dataset.name, split: split.name, splitCount: split.count, hash: hash.text,
      sampleCount: sampleCount, sampleSeed: seed)
  }
}

extension Dataset {
  /// The id with the options that differ from the defaults, without the folders above the last one of a path.
  fileprivate var name: String {
    let changed = zip(options.texts, Options().texts).filter { $0.value != $1.value }.map { option, _ in
      "\(option.key)=\(FileName.shown(FileSystem.name(of: option.value)))"
    }
    return changed.isEmpty ? descriptor.id : "\(descriptor.id):\(changed.joined(separator: ","))"
  }
}
