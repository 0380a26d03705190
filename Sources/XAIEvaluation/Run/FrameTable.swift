import XAICore

/// The frames that the metrics of a group ask for, each shown once, in batches.
///
/// Metrics ask in rounds: what the model said to the frames before decides which come next. A frame is held as two numbers
/// and made when its batch is built: the memory is that of a batch, whatever the number of frames.
struct FrameTable: Sendable {
  /// The plan of a metric for a map.
  struct Source: Sendable {
    let plan: FramePlan
    let picture: Int
    let classPlace: Int
    let map: Int
    /// Which shown frame answers each frame that the plan asked for, in the order in which it did.
    fileprivate(set) var shown: [Int] = []
    fileprivate(set) var isDone = false
  }

  /// A frame that the model sees.
  struct Shown: Sendable {
    let source: Int
    let index: Int
    let picture: Int
  }

  private(set) var sources: [Source] = []
  private(set) var shown: [Shown] = []
  /// How many frames the model would see if the plans asked for all that they may still ask for.
  private(set) var limit = 0
  private var byPatchCount: [Int: [Int]] = [:]
  private var pictureFrames: [Int] = []
  private var known: [Key: Int] = [:]

  /// Which frames are the same: those of a name, of a picture or of one of its maps.
  private struct Key: Hashable {
    let owner: Int
    let isMap: Bool
    let name: String
  }

  /// Adds the plan of a metric for a map, and gives the number of its source.
  ///
  /// - Parameters:
  ///   - picture: the picture's place in the group.
  ///   - classPlace: the class's place among those of the picture.
  ///   - map: a number of the map's own.
  mutating func add(_ plan: FramePlan, picture: Int, classPlace: Int, map: Int) -> Int {
    sources.append(Source(plan: plan, picture: picture, classPlace: classPlace, map: map))
    limit += plan.count
    return sources.count - 1
  }

  /// Takes in the frames that a source asks for next; false where it has seen enough.
  mutating func ask(_ number: Int, after answers: [FrameAnswer]) -> Bool {
    guard !sources[number].isDone else { return false }
    let plan = sources[number].plan
    let next = plan.next(after: answers)
    if next.isEmpty {
      sources[number].isDone = true
      limit -= plan.count - answers.count
    }
    for index in next {
      let frame = show(index, of: number)
      sources[number].shown.append(frame)
    }
    return !next.isEmpty
  }

  /// The number of the frame that the model sees for one of a plan.
  private mutating func show(_ index: Int, of number: Int) -> Int {
    let source = sources[number]
    let frame = source.plan[index]
    let key: Key? =
      switch frame.identity {
      case .ofPicture(let name): Key(owner: source.picture, isMap: false, name: name)
      case .ofMap(let name): Key(owner: source.map, isMap: true, name: name)
      case .unique: nil
      }
    if let key, let same = known[key] {
      limit -= 1
      return same
    }
    let new = shown.count
    shown.append(Shown(source: number, index: index, picture: source.picture))
    if let key { known[key] = new }
    if let count = frame.patchCount {
      byPatchCount[count, default: []].append(new)
    } else {
      pictureFrames.append(new)
    }
    return new
  }

  /// Ends a round: the frames that were asked for since the last one in batches, in the order in which the model sees
  /// them: whole pictures first, then those of equally many patches.
  mutating func takeBatches(of batchSize: Int) -> [[Int]] {
    let lists = [pictureFrames] + byPatchCount.sorted { $0.key < $1.key }.map(\.value)
    (byPatchCount, pictureFrames) = ([:], [])
    return lists.flatMap { list in
      stride(from: 0, to: list.count, by: batchSize).map { Array(list[$0..<min($0 + batchSize, list.count)]) }
    }
  }
}
