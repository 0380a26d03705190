extension Canvas {
  /// How much of each pixel of a rectangle a drawing covers, from 0 to 1.
  ///
  /// Parts that overlap, as the pieces of a line at its corners, don't add up.
  struct Coverage {
    let area: Rectangle
    fileprivate var shares: [Double]

    init(of area: Rectangle) {
      self.area = area
      shares = [Double](repeating: 0, count: max(area.width, 0) * max(area.height, 0))
    }
  }

  /// Lays a colour over what a drawing covers.
  mutating func blend(_ colour: Colour, over coverage: Coverage) {
    let area = coverage.area
    for row in 0..<max(area.height, 0) {
      for column in 0..<max(area.width, 0) {
        let share = coverage.shares[row * area.width + column]
        if share > 0 { blend(colour, share: share, x: area.x + column, y: area.y + row) }
      }
    }
  }
}

extension Canvas.Coverage {
  /// How a line is interrupted: drawn and left out by turns, in pixels along it; empty for a whole line.
  typealias Dashes = [Double]

  /// Adds a line through points; pixel (i, j) has its centre at (i + ½, j + ½).
  ///
  /// A pixel at distance d from the middle of a line of width w is covered by w/2 + ½ − d, cut to 0…1.
  mutating func addLine(through points: [(x: Double, y: Double)], width: Double, dashes: Dashes = []) {
    var travelled = 0.0
    for (start, end) in zip(points, points.dropFirst()) {
      addPiece(from: start, to: end, width: width, dashes: dashes, travelled: travelled)
      travelled += distance(start, end)
    }
  }

  /// Adds a filled circle.
  mutating func addDot(at centre: (x: Double, y: Double), radius: Double) {
    addPiece(from: centre, to: centre, width: 2 * radius, dashes: [], travelled: 0)
  }

  /// Adds the pixels near a piece of a line.
  private mutating func addPiece(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), width: Double, dashes: Dashes,
    travelled: Double
  ) {
    let reach = width / 2 + 1
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let lengthSquared = dx * dx + dy * dy
    let length = lengthSquared.squareRoot()
    let rows = pixels(min(start.y, end.y) - reach, max(start.y, end.y) + reach, area.y, area.height)
    let columns = pixels(min(start.x, end.x) - reach, max(start.x, end.x) + reach, area.x, area.width)
    for row in rows {
      for column in columns {
        let (x, y) = (Double(area.x + column) + 0.5, Double(area.y + row) + 0.5)
        let along =
          lengthSquared > 0
          ? min(max(((x - start.x) * dx + (y - start.y) * dy) / lengthSquared, 0), 1) : 0
        let share =
          width / 2 + 0.5 - distance((x, y), (start.x + along * dx, start.y + along * dy))
        let index = row * area.width + column
        guard share > shares[index], dashes.isEmpty || isDrawn(dashes, at: travelled + along * length)
        else { continue }
        shares[index] = min(share, 1)
      }
    }
  }

  /// The pixels of a side between two places, counted from the start of the side.
  private func pixels(_ low: Double, _ high: Double, _ start: Int, _ count: Int) -> Range<Int> {
    // Cut before they become whole numbers: a place may be far outside.
    let limit = Double(max(count, 0))
    let lower = Int(min(max((low - Double(start)).rounded(.down), 0), limit))
    return lower..<max(Int(min(max((high - Double(start)).rounded(.up), 0), limit)), lower)
  }

  private func isDrawn(_ dashes: Dashes, at place: Double) -> Bool {
    var rest = place.truncatingRemainder(dividingBy: dashes.reduce(0, +))
    for (index, dash) in dashes.enumerated() {
      if rest < dash { return index % 2 == 0 }
      rest -= dash
    }
    return true
  }

  private func distance(_ a: (x: Double, y: Double), _ b: (x: Double, y: Double)) -> Double {
    ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot()
  }
}
