import XAICore
import XAIFoundation
import XAITensor

/// The masks of RISE, each made from the seed and its number when it is needed: none is kept.
///
/// A grid of s × s cells that are 0 or 1 is interpolated to (s + 1) cells of ⌈H / s⌉ × ⌈W / s⌉ pixels, and cut to H × W at a
/// random place of the first cell. Interpolation is bilinear with half-pixel centres, mirrored at the outermost centres,
/// which is what the authors' call of scikit-image does.
struct RISEMasks: Sendable {
  private let options: RISEOptions
  private let cells: PatchCells
  private let rows: [Sample]
  private let columns: [Sample]

  /// Between two cells: the share of the second.
  private struct Sample {
    let first: Int
    let second: Int
    let share: Float
  }

  init(_ options: RISEOptions, over cells: PatchCells) {
    self.options = options
    self.cells = cells
    rows = Self.samples(options.grid, length: cells.height)
    columns = Self.samples(options.grid, length: cells.width)
  }

  private static func cell(_ grid: Int, length: Int) -> Int { (length + grid - 1) / grid }

  private static func samples(_ grid: Int, length: Int) -> [Sample] {
    let total = (grid + 1) * cell(grid, length: length)
    return (0..<total).map { index in
      var position = (Double(index) + 0.5) * Double(grid) / Double(total) - 0.5
      position = abs(position)
      let last = Double(grid - 1)
      if position > last { position = max(2 * last - position, 0) }
      let first = Int(position)
      return Sample(
        first: first, second: min(first + 1, grid - 1), share: Float(position - Double(first)))
    }
  }

  /// The cells of a mask, and where it is cut.
  private func draw(_ mask: Int) -> (cells: [Float], top: Int, left: Int) {
    var random = SeededRandom(seed: UInt64(bitPattern: Int64(options.seed)), UInt64(mask))
    let values = (0..<options.grid * options.grid).map { _ -> Float in
      Double(random.uniform()) < options.keep ? 1 : 0
    }
    let top = random.index(below: Self.cell(options.grid, length: cells.height))
    return (values, top, random.index(below: Self.cell(options.grid, length: cells.width)))
  }

  /// Writes a mask, H × W.
  func write(_ mask: Int, to pixels: UnsafeMutableBufferPointer<Float>) {
    let (values, top, left) = draw(mask)
    let grid = options.grid
    withUnsafeTemporaryAllocation(of: Float.self, capacity: grid) { line in
      for row in 0..<cells.height {
        let place = rows[top + row]
        for cell in 0..<grid {
          let (above, below) = (values[place.first * grid + cell], values[place.second * grid + cell])
          line[cell] = above + (below - above) * place.share
        }
        for column in 0..<cells.width {
          let place = columns[left + column]
          let first = line[place.first]
          pixels[row * cells.width + column] = first + (line[place.second] - first) * place.share
        }
      }
    }
  }

  /// The mean of a mask over each patch: means along rows and columns are taken before the cells are looked at.
  func patchMeans(_ mask: Int) -> [Double] {
    let (values, top, left) = draw(mask)
    let (grid, patches) = (options.grid, cells.grid)
    let across = (0..<patches.columns).map { patch in
      Self.weights(
        columns[(left + cells.columns(of: patch).lowerBound)..<(left + cells.columns(of: patch).upperBound)],
        grid)
    }
    return (0..<patches.rows).flatMap { patch -> [Double] in
      let range = cells.rows(of: patch)
      let down = Self.weights(rows[top + range.lowerBound..<top + range.upperBound], grid)
      let line = (0..<grid).map { cell in
        (0..<grid).reduce(0) { $0 + down[$1] * Double(values[$1 * grid + cell]) }
      }
      return across.map { weights in (0..<grid).reduce(0) { $0 + weights[$1] * line[$1] } }
    }
  }

  /// How much each cell counts in the mean of some samples.
  private static func weights(_ samples: ArraySlice<Sample>, _ grid: Int) -> [Double] {
    var weights = [Double](repeating: 0, count: grid)
    for sample in samples {
      weights[sample.first] += Double(1 - sample.share)
      weights[sample.second] += Double(sample.share)
    }
    return weights.map { $0 / Double(max(samples.count, 1)) }
  }

  /// The image under each mask.
  func frames(of image: Tensor, hiddenAs hidden: Tensor) -> FramePlan {
    FramePlan(count: options.masks) { index in
      Frame(
        .image(
          .blend(image, with: hidden) {
            Tensor([cells.height * cells.width]) {
              write(index, to: UnsafeMutableBufferPointer(start: $0, count: cells.height * cells.width))
            }
          }))
    }
  }
}
