import XAIFoundation

/// Norms of parts that lie apart: of [rows, groups, parts, entries], those of each row and part over its groups.
///
/// Each group's entries are summed in 16 lanes, then over the lanes, then over the groups: rounding stays that of short
/// sums.
public struct PartNorms: Hashable, Sendable {
  /// How many rows.
  public let rows: Int
  /// The groups of each row, such as windows or tokens.
  public let groups: Int
  /// The groups that count.
  public let counted: Range<Int>
  /// The parts of each group, such as heads.
  public let parts: Int
  /// The entries of a part in a group.
  public let entries: Int

  /// Describes parts; all groups count unless others are named.
  public init(rows: Int, groups: Int, counted: Range<Int>? = nil, parts: Int, entries: Int) {
    self.rows = rows
    self.groups = groups
    self.counted = counted ?? 0..<groups
    self.parts = parts
    self.entries = entries
  }

  /// Σ|x|, √(Σx²) and the share of negative entries of each row and part, [rows, parts, 3].
  func onHost(_ x: Tensor) -> Tensor {
    require(
      x.count == rows * groups * parts * entries,
      "\(x.shape) has not \(rows) rows of \(groups) groups of \(parts) parts of \(entries) entries")
    return Tensor([rows, parts, 3]) { result in
      for row in 0..<rows {
        for part in 0..<parts {
          var sums = Sums()
          for group in counted {
            let start = ((row * groups + group) * parts + part) * entries
            sums.add(UnsafeBufferPointer(start: x.start + start, count: entries))
          }
          let place = result + (row * parts + part) * 3
          place[0] = sums.absolute
          place[1] = sums.squares.squareRoot()
          place[2] = sums.count > 0 ? Float(sums.negatives) / Float(sums.count) : 0
        }
      }
      withExtendedLifetime(x) {}
    }
  }

  private struct Sums {
    var absolute: Float = 0
    var squares: Float = 0
    var negatives = 0
    var count = 0

    mutating func add(_ values: UnsafeBufferPointer<Float>) {
      var absolute = SIMD16<Float>.zero
      var squares = SIMD16<Float>.zero
      var negatives = SIMD16<Int32>.zero
      let vectorised = values.count / 16 * 16
      let bytes = UnsafeRawBufferPointer(values)
      for index in stride(from: 0, to: vectorised, by: 16) {
        let lanes = bytes.loadUnaligned(
          fromByteOffset: index * MemoryLayout<Float>.stride, as: SIMD16<Float>.self)
        let isNegative = lanes .< 0
        absolute += lanes.replacing(with: -lanes, where: isNegative)
        squares += lanes * lanes
        negatives &+= SIMD16<Int32>.zero.replacing(with: 1, where: isNegative)
      }
      self.absolute += absolute.sum()
      self.squares += squares.sum()
      self.negatives += Int(negatives.wrappedSum())
      for value in values[vectorised...] {
        self.absolute += abs(value)
        self.squares += value * value
        self.negatives += value < 0 ? 1 : 0
      }
      count += values.count
    }
  }
}
