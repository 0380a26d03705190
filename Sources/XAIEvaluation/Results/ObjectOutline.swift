package import XAICore

/// Where an object of an image ends, to be drawn over what the model saw.
public struct ObjectOutline: Hashable, Sendable {
  /// The object's class.
  public var classIndex: Int
  /// The edges of its pixels in SVG's language of paths, in pixels of the model's input: `M3 4h2M3 4v5`.
  public var path: String

  /// Holds an outline.
  public init(classIndex: Int, path: String) {
    self.classIndex = classIndex
    self.path = path
  }

  /// The outline of a region of an image that is `width` pixels wide: every edge between a pixel of it and one that is not, those on
  /// a line as one.
  package init(of region: ObjectRegion, width: Int) {
    let height = width > 0 ? region.pixels.count / width : 0
    func isInside(_ row: Int, _ column: Int) -> Bool {
      row >= 0 && row < height && column >= 0 && column < width && region.pixels[row * width + column]
    }
    var path = ""
    for row in 0...height {
      for run in Self.runs(of: width, { isInside(row - 1, $0) != isInside(row, $0) }) {
        path += "M\(run.lowerBound) \(row)h\(run.count)"
      }
    }
    for column in 0...width {
      for run in Self.runs(of: height, { isInside($0, column - 1) != isInside($0, column) }) {
        path += "M\(column) \(run.lowerBound)v\(run.count)"
      }
    }
    self.init(classIndex: region.classIndex, path: path)
  }

  /// The longest ranges of places at which something holds.
  private static func runs(of count: Int, _ holds: (Int) -> Bool) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start: Int?
    for place in 0...count {
      let isOn = place < count && holds(place)
      if isOn, start == nil { start = place }
      if !isOn, let first = start {
        runs.append(first..<place)
        start = nil
      }
    }
    return runs
  }
}
