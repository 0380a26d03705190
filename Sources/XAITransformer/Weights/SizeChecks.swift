import XAICore
import XAITensor

/// Pixels of a patch.
struct PatchSize: Hashable, Sendable {
  let height: Int
  let width: Int

  /// Values of a patch, three planes.
  var valueCount: Int { 3 * height * width }

  /// A patch projection as checkpoints hold it, a convolution.
  func projectionShape(outputs: Int) -> Shape { [outputs, 3, height, width] }

  /// Whether patches cover an input without a rest.
  func divides(height: Int, width: Int) -> Bool {
    height >= self.height && width >= self.width && height % self.height == 0 && width % self.width == 0
  }

  /// The patches of an input.
  func grid(height: Int, width: Int) -> Grid {
    Grid(rows: height / self.height, columns: width / self.width)
  }
}

/// Whether the sizes that a configuration file states can be those of a model.
struct SizeChecks {
  let file: String

  func check(_ isRight: Bool, _ reason: @autoclosure () -> String) throws(VisionTransformerError) {
    guard isRight else { throw .contradiction(file: file, reason: reason()) }
  }

  func checkSize(_ name: String, _ size: Int, _ limit: Int) throws(VisionTransformerError) {
    try check((1...limit).contains(size), "the \(name) is \(size), and must be from 1 to \(limit)")
  }

  func checkImage(height: Int, width: Int, _ patch: PatchSize) throws(VisionTransformerError) {
    try checkSize("image height", height, 16_384)
    try checkSize("image width", width, 16_384)
    try checkSize("patch height", patch.height, 16_384)
    try checkSize("patch width", patch.width, 16_384)
    try check(
      height >= patch.height && width >= patch.width,
      "an image of \(height)×\(width) is smaller than a patch of \(patch.height)×\(patch.width)")
  }

  func checkBlocks(
    width: Int, depth: Int, headCount: Int, mlpWidth: Int, epsilon: Float
  ) throws(VisionTransformerError) {
    try checkSize("width", width, 65_536)
    try checkSize("depth", depth, 1_000)
    try checkSize("number of heads", headCount, 65_536)
    try checkSize("MLP width", mlpWidth, 1 << 20)
    try check(
      width % headCount == 0, "the width \(width) can't be split among \(headCount) heads: it is no multiple")
    try check(
      epsilon > 0 && epsilon < 1, "the layer norm's epsilon is \(epsilon), and must be between 0 and 1")
  }
}
