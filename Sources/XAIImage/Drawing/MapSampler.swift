import XAITensor

/// Samples a map at the pixels of an image, row by row, so that memory holds one row of it.
struct MapSampler {
  /// What a pixel has instead of a value where the model saw nothing of it.
  static let unseen = Float.nan
  /// What a pixel has instead of a value on a line between values.
  static let line = Float.infinity

  /// One axis: the two values of each pixel, and the share of the second.
  ///
  /// `first` is −1 where the model saw nothing, and −2 on a line.
  private struct Axis {
    var first: [Int32] = []
    var second: [Int32] = []
    var share: [Float] = []

    /// - Parameters:
    ///   - pixels: of the image.
    ///   - count: of the map's values.
    ///   - view: what the model saw of the image.
    init(pixels: Int, count: Int, view: Preprocessing.Axis, upsampling: MapStyle.Upsampling) {
      let last = Int32(count - 1)
      let drawsLines =
        upsampling == .grid && Double(pixels) * Double(view.length) >= 8 * Double(count * view.resized)
      for index in 0..<pixels {
        guard let place = view.place(of: index, in: pixels) else {
          append(-1, -1, 0)
          continue
        }
        let position = place * Double(count)
        switch upsampling {
        case .bilinear:
          let position = Float(max(position - 0.5, 0))
          let lower = min(Int32(position), last)
          append(lower, min(lower + 1, last), position - Float(lower))
        case .nearest, .grid:
          let cell = min(Int32(position), last)
          let isLine = drawsLines && index > 0 && second[index - 1] >= 0 && second[index - 1] != cell
          append(isLine ? -2 : cell, cell, 0)
        }
      }
    }

    private mutating func append(_ first: Int32, _ second: Int32, _ share: Float) {
      self.first.append(first)
      self.second.append(second)
      self.share.append(share)
    }
  }

  private let values: [Float]
  private let columnCount: Int
  private let rows: Axis
  private let columns: Axis
  /// The values of a row of the map between two of its rows.
  private var blended: [Float]

  /// - Parameters:
  ///   - map: rows × columns.
  ///   - height: rows of the image.
  ///   - width: columns of the image.
  ///   - view: what the model saw of the image.
  init(_ map: Tensor, height: Int, width: Int, view: Preprocessing.View, upsampling: MapStyle.Upsampling) {
    values = map.elements
    columnCount = map.shape[1]
    rows = Axis(pixels: height, count: map.shape[0], view: view.rows, upsampling: upsampling)
    columns = Axis(pixels: width, count: map.shape[1], view: view.columns, upsampling: upsampling)
    blended = [Float](repeating: 0, count: map.shape[1])
  }

  /// Writes the value at each pixel of a row, or ``unseen``, or ``line``.
  mutating func write(row: Int, to line: UnsafeMutableBufferPointer<Float>) {
    guard rows.first[row] >= 0 else {
      return line.update(repeating: rows.first[row] == -1 ? Self.unseen : Self.line)
    }
    let (upper, lower) = (Int(rows.first[row]) * columnCount, Int(rows.second[row]) * columnCount)
    let share = rows.share[row]
    for column in 0..<columnCount {
      blended[column] = values[upper + column] * (1 - share) + values[lower + column] * share
    }
    blended.withUnsafeBufferPointer { blended in
      columns.first.withUnsafeBufferPointer { first in
        columns.second.withUnsafeBufferPointer { second in
          columns.share.withUnsafeBufferPointer { share in
            for x in line.indices {
              guard first[x] >= 0 else {
                line[x] = first[x] == -1 ? Self.unseen : Self.line
                continue
              }
              line[x] = blended[Int(first[x])] * (1 - share[x]) + blended[Int(second[x])] * share[x]
            }
          }
        }
      }
    }
  }
}
