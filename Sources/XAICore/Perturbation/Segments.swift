public import XAIImage
public import XAITensor

/// What an image is divided into, to be hidden part by part.
public enum Segmentation: String, OptionValue, CaseIterable {
  /// The model's patches.
  case patches
  /// Superpixels by SLIC: connected, of about equal size, along edges of colour.
  case slic
  /// The model's patches, left out and not painted over: hidden ones become no tokens.
  case tokens

  /// What a model must be able to do.
  public var needs: Capabilities { self == .tokens ? .patchRemoval : [] }

  /// Refuses a fill that was chosen where nothing stands in the place of a patch.
  public func check<Value: OptionValue>(fill: Value, standard: Value) throws(OptionError) {
    guard self == .tokens, fill != standard else { return }
    throw .outOfRange(
      option: "fill", value: fill.optionText,
      allowed: "leave it out with segments=tokens, where nothing stands in the place of a patch")
  }
}

/// An image that is divided into parts.
public struct Segments: Sendable {
  /// Which segment each pixel belongs to, row by row.
  public let labels: [Int32]
  /// How many segments there are.
  public let count: Int
  /// The patches of the model.
  public let cells: PatchCells

  /// Divides an image.
  ///
  /// - Parameters:
  ///   - image: the model's input, [3, H, W].
  ///   - cells: which of its pixels belong to each patch.
  ///   - preprocessing: how that was made.
  ///   - segmentation: what it is divided into.
  ///   - superpixels: about how many superpixels.
  public init(
    of image: Tensor, cells: PatchCells, preprocessing: Preprocessing, into segmentation: Segmentation,
    superpixels: Int
  ) {
    self.cells = cells
    switch segmentation {
    case .patches, .tokens:
      count = cells.grid.count
      var labels = [Int32](repeating: 0, count: cells.height * cells.width)
      for patch in 0..<cells.grid.count {
        for row in cells.rows(of: patch / cells.grid.columns) {
          for column in cells.columns(of: patch % cells.grid.columns) {
            labels[row * cells.width + column] = Int32(patch)
          }
        }
      }
      self.labels = labels
    case .slic:
      let superpixels = Superpixels(
        of: preprocessing.denormalised(image), count: superpixels, height: cells.height, width: cells.width)
      (labels, count) = (superpixels.labels, superpixels.count)
    }
  }

  /// The mean over the pixels of each patch of what their segments have.
  public func patchScores(_ scores: [Double]) -> [Float] { cells.means(of: labels.map { scores[Int($0)] }) }

  /// The image with each segment in its mean colour.
  public func averaged(_ image: Tensor) -> Tensor {
    var counts = [Double](repeating: 0, count: count)
    for label in labels { counts[Int(label)] += 1 }
    return Tensor(image.shape) { result in
      image.withElements { elements in
        for start in stride(from: 0, to: elements.count, by: labels.count) {
          var sums = [Double](repeating: 0, count: count)
          for (pixel, label) in labels.enumerated() { sums[Int(label)] += Double(elements[start + pixel]) }
          for (pixel, label) in labels.enumerated() {
            result[start + pixel] = Float(sums[Int(label)] / counts[Int(label)])
          }
        }
      }
    }
  }

  /// The image with the segments of each coalition, the others being hidden.
  ///
  /// - Parameters:
  ///   - image: the model's input, [3, H, W].
  ///   - hidden: what stands in their place; nil where patches are left out.
  ///   - coalitions: the segments that each frame shows.
  public func frames(of image: Tensor, hiddenAs hidden: Tensor?, _ coalitions: [Coalition]) -> FramePlan {
    FramePlan(count: coalitions.count) { index in
      let coalition = coalitions[index]
      guard let hidden else { return Frame(.patches((0..<count).filter { coalition[$0] })) }
      return Frame(
        .image(
          .choice(image, or: hidden) {
            let shown = (0..<count).map { coalition[$0] ? Float(1) : 0 }
            return Tensor([labels.count]) { mask in
              for (pixel, label) in labels.enumerated() { mask[pixel] = shown[Int(label)] }
            }
          }))
    }
  }
}

/// Which of the segments of an image are shown, one bit each.
public struct Coalition: Hashable, Sendable {
  private var words: [UInt64]
  /// How many segments there are, shown or not.
  public let count: Int

  /// Shows none of `count` segments, or all of them.
  public init(count: Int, showing all: Bool = false) {
    self.count = count
    words = [UInt64](repeating: 0, count: (count + 63) / 64)
    if all { for index in 0..<count { self[index] = true } }
  }

  /// Whether a segment is shown.
  public subscript(index: Int) -> Bool {
    get { words[index / 64] >> UInt64(index % 64) & 1 == 1 }
    set {
      let bit: UInt64 = 1 << UInt64(index % 64)
      words[index / 64] = newValue ? words[index / 64] | bit : words[index / 64] & ~bit
    }
  }

  /// How many are shown.
  public var shownCount: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// The others.
  public var complement: Coalition {
    var other = Coalition(count: count)
    for index in 0..<count { other[index] = !self[index] }
    return other
  }
}
