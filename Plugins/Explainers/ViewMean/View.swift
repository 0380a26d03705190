import XAICore
import XAITensor

/// A view of an image: in a mirror or not, then moved by whole pixels.
struct View {
  /// Pixels downwards.
  let down: Int
  /// Pixels to the right.
  let right: Int
  /// Whether left and right are exchanged before it is moved.
  let isMirrored: Bool

  /// The shifts of the options, at the centres of equal parts of a square about 0, without a mirror first.
  static func all(_ options: ViewMeanOptions, patches cells: PatchCells) -> [View] {
    let side = (1...4).first { $0 * $0 == options.shifts } ?? 1
    func offsets(_ length: Int, _ patches: Int) -> [Int] {
      let span = options.span * Double(length) / Double(patches)
      return (0..<side).map { Int((((Double($0) + 0.5) / Double(side) - 0.5) * span).rounded()) }
    }
    let across = offsets(cells.width, cells.grid.columns)
    return (options.mirror ? [false, true] : [false]).flatMap { isMirrored in
      offsets(cells.height, cells.grid.rows).flatMap { down in
        across.map { View(down: down, right: $0, isMirrored: isMirrored) }
      }
    }
  }

  /// The view of each image, [B, 3, H, W]; pixels that come in at a border repeat the outermost ones.
  func input(_ images: Tensor) -> Tensor {
    let (height, width) = (images.shape[2], images.shape[3])
    let columns = (0..<width).map { column in
      let source = min(max(column - right, 0), width - 1)
      return isMirrored ? width - 1 - source : source
    }
    return Tensor(images.shape) { pixels in
      images.withElements { source in
        for line in 0..<source.count / width {
          let row = min(max(line % height - down, 0), height - 1)
          let start = (line / height * height + row) * width
          for (column, place) in columns.enumerated() {
            pixels[line * width + column] = source[start + place]
          }
        }
      }
    }
  }

  /// What a map of the view says of each place of the image: bilinear between two places, the outermost one where a place has
  /// left the view.
  func movedBack(_ map: Attribution) -> [Double] {
    let grid = map.grid
    func samples(_ count: Int, _ shift: Int, _ length: Int, _ isMirrored: Bool)
      -> [(first: Int, second: Int, share: Double)]
    {
      (0..<count).map { index in
        let own = isMirrored ? count - 1 - index : index
        let place = Double(own) + Double(shift) * Double(count) / Double(length)
        let inside = min(max(place, 0), Double(count - 1))
        return (Int(inside), min(Int(inside) + 1, count - 1), inside - inside.rounded(.down))
      }
    }
    let across = samples(grid.columns, right, map.inputWidth, isMirrored)
    return samples(grid.rows, down, map.inputHeight, false).flatMap { row in
      across.map { column in
        func value(_ row: Int) -> Double {
          let first = Double(map.scores[row * grid.columns + column.first])
          return first + (Double(map.scores[row * grid.columns + column.second]) - first) * column.share
        }
        let first = value(row.first)
        return first + (value(row.second) - first) * row.share
      }
    }
  }
}

/// The mean of maps of several views.
struct MapMean {
  /// What the maps' scores belong to; nil before the first.
  private(set) var grid: PatchGrid?
  private var sums: [Double] = []
  private let views: Int

  init(views: Int) { self.views = views }

  mutating func add(_ map: Attribution, seenBy view: View) {
    let scores = view.movedBack(map)
    sums = sums.isEmpty ? scores : zip(sums, scores).map { $0 + $1 }
    grid = map.grid
  }

  /// One score for each place.
  var scores: [Float] { sums.map { Float($0 / Double(views)) } }
}
