import XAICore

/// Every frame that the metrics of a group ask for, each shown once, in batches.
///
/// A frame is held as two numbers and made when its batch is built: the memory is that of a batch, whatever the number of
/// frames.
struct FrameTable: Sendable {
  /// The plan of a metric for a map.
  struct Source: Sendable {
    let plan: FramePlan
    let picture: Int
    let classPlace: Int
    /// Which shown frame answers each frame of the plan.
    fileprivate(set) var shown: [Int] = []
  }

  /// A frame that the model sees.
  struct Shown: Sendable {
    let source: Int
    let index: Int
    let picture: Int
  }

  private(set) var sources: [Source] = []
  private(set) var shown: [Shown] = []
  /// Frames that the model sees together, in the order in which it does.
  private(set) var batches: [[Int]] = []
  private var byPatchCount: [Int: [Int]] = [:]
  private var pictureFrames: [Int] = []
  private var known: [Key: Int] = [:]

  /// Which frames are the same: those of a name, of a picture or of one of its maps.
  private struct Key: Hashable {
    let owner: Int
    let isMap: Bool
    let name: String
  }

  /// Adds the frames of a metric for a map, and gives the number of its source.
  ///
  /// - Parameters:
  ///   - picture: the picture's place in the group.
  ///   - classPlace: the class's place among those of the picture.
  ///   - map: a number of the map's own.
  mutating func add(_ plan: FramePlan, picture: Int, classPlace: Int, map: Int) -> Int {
    var source = Source(plan: plan, picture: picture, classPlace: classPlace)
    source.shown.reserveCapacity(plan.count)
    for index in 0..<plan.count {
      let frame = plan[index]
      let key: Key? =
        switch frame.identity {
        case .ofPicture(let name): Key(owner: picture, isMap: false, name: name)
        case .ofMap(let name): Key(owner: map, isMap: true, name: name)
        case .unique: nil
        }
      if let key, let number = known[key] {
        source.shown.append(number)
        continue
      }
      let number = shown.count
      shown.append(Shown(source: sources.count, index: index, picture: picture))
      if let key { known[key] = number }
      if let count = frame.patchCount {
        byPatchCount[count, default: []].append(number)
      } else {
        pictureFrames.append(number)
      }
      source.shown.append(number)
    }
    sources.append(source)
    return sources.count - 1
  }

  /// Ends adding: arranges the frames in batches, whole pictures first, then those of equally many patches.
  mutating func arrange(batchSize: Int) {
    let lists = [pictureFrames] + byPatchCount.sorted { $0.key < $1.key }.map(\.value)
    batches = lists.flatMap { list in
      stride(from: 0, to: list.count, by: batchSize).map { Array(list[$0..<min($0 + batchSize, list.count)]) }
    }
    (known, byPatchCount, pictureFrames) = ([:], [:], [])
  }

  /// The batch after which each picture of a group has all of its answers; −1 where it has no frames.
  func lastBatches(pictureCount: Int) -> [Int] {
    var last = [Int](repeating: -1, count: pictureCount)
    for (number, batch) in batches.enumerated() {
      for frame in batch { last[shown[frame].picture] = number }
    }
    return last
  }
}
