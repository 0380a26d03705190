import XAICore
import XAITensor

/// The places of a window that slides over an input; the last ones end at its edges.
struct OcclusionWindows: Sendable {
  let cells: PatchCells
  private let rows: [Range<Int>]
  private let columns: [Range<Int>]

  /// Throws where the stride would leave pixels out, or patches that are left out are not covered whole.
  init(_ options: OcclusionOptions, over cells: PatchCells) throws(OptionError) {
    self.cells = cells
    let (patchHeight, patchWidth) = (cells.height / cells.grid.rows, cells.width / cells.grid.columns)
    rows = try Self.places(options, length: cells.height, patch: patchHeight)
    columns = try Self.places(options, length: cells.width, patch: patchWidth)
  }

  private static func places(_ options: OcclusionOptions, length: Int, patch: Int) throws(OptionError)
    -> [Range<Int>]
  {
    let window = options.window.pixels(patch: patch, limit: length)
    let stride = options.stride.pixels(patch: patch, limit: length)
    guard stride <= window || window == length else {
      throw .outOfRange(
        option: "stride", value: options.stride.optionText,
        allowed:
          "at most the window (\(options.window.optionText)), or pixels between windows are never hidden")
    }
    if options.fill == .tokens, window % patch != 0 || stride % patch != 0 {
      throw .outOfRange(
        option: "fill", value: options.fill.optionText,
        allowed: "windows and strides of whole patches of \(patch) pixels, or another fill")
    }
    let count = (length - window + stride - 1) / stride + 1
    return (0..<count).map { $0 * stride..<min($0 * stride + window, length) }
  }

  var count: Int { rows.count * columns.count }

  /// The pixels of a window.
  subscript(index: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    (rows[index / columns.count], columns[index % columns.count])
  }

  /// The patches outside a window.
  func patches(outside index: Int) -> [Int] {
    let (rows, columns) = self[index]
    return (0..<cells.grid.count).filter { patch in
      !rows.contains(cells.rows(of: patch / cells.grid.columns).lowerBound)
        || !columns.contains(cells.columns(of: patch % cells.grid.columns).lowerBound)
    }
  }

  /// An image with each window hidden.
  func frames(of image: Tensor, hiddenAs hidden: Tensor?) -> FramePlan {
    FramePlan(count: count) { index in
      guard let hidden else { return Frame(.patches(patches(outside: index))) }
      return Frame(
        .image(
          .choice(image, or: hidden) {
            let (rows, columns) = self[index]
            return Tensor([cells.height * cells.width]) { mask in
              mask.update(repeating: 1, count: cells.height * cells.width)
              for row in rows {
                (mask + row * cells.width + columns.lowerBound).update(repeating: 0, count: columns.count)
              }
            }
          }))
    }
  }

  /// The mean over patches of what each pixel has: the mean of `values` over the windows that cover it.
  func patchMeans(of values: [Double]) -> [Float] {
    var sums = [Double](repeating: 0, count: cells.height * cells.width)
    var counts = sums
    for (index, value) in values.enumerated() {
      let (rows, columns) = self[index]
      for row in rows {
        for pixel in row * cells.width + columns.lowerBound..<row * cells.width + columns.upperBound {
          sums[pixel] += value
          counts[pixel] += 1
        }
      }
    }
    for pixel in sums.indices { sums[pixel] /= counts[pixel] }
    return cells.means(of: sums)
  }
}
