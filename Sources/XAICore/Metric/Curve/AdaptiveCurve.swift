/// A curve of which only some points are computed, more of them where it bends.
///
/// It starts with a few points, evenly spread. Between two points that are known, g steps apart, the curve is taken for a
/// random walk that they hold at its ends: about the straight line between them, with the variance σ² a step. The area
/// between is then off by σ·√((g³ − g) / 12), the deviation of the sum of a Brownian bridge's g − 1 inner values; it is 0
/// where nothing is left out. What is known of σ² is Δ²/g, Δ being the change across the gap: the largest of the gap's
/// own and those of the gaps beside it counts, so that a flat stretch beside a steep one is looked at again. Gaps don't
/// know of one another, so the squares of their deviations add up to that of the whole error. While two and a half times
/// that reaches the tolerance, the gaps that it is made of are halved.
///
/// It is an estimate and no bound: what a curve does between two equal scores, without a sign beside them, is not seen.
struct AdaptiveCurve {
  /// The score at each point where it is known.
  private var scores: [Double?]
  /// How far the mean height may be off; nil to work everything out.
  private let tolerance: Double?
  /// As many deviations as all but few errors stay below: chosen on curves of photographs.
  private static let deviations = 2.5
  /// The curve is first cut into at least this many gaps, and into as many as make none longer than a number of steps.
  private static let first = (leastGaps: 7, longestGap: 16)

  /// A curve of n points.
  init(pointCount: Int, tolerance: Double?) {
    scores = Array(repeating: nil, count: pointCount)
    self.tolerance = tolerance
  }

  /// The score at a point; nil where it is not computed.
  subscript(point: Int) -> Double? {
    get { scores[point] }
    set { scores[point] = newValue }
  }

  /// How many points are not computed.
  var unknownCount: Int { scores.count { $0 == nil } }

  /// The scores at all points, on straight lines between those that are computed.
  var filled: [Double] {
    let places = places
    var filled = scores.map { $0 ?? 0 }
    for (start, end) in zip(places, places.dropFirst()) {
      for place in start..<end where place > start {
        let share = Double(place - start) / Double(end - start)
        filled[place] = filled[start] + (filled[end] - filled[start]) * share
      }
    }
    return filled
  }

  /// The points that are to be computed next, ascending; none where the curve is known well enough.
  func next() -> [Int] {
    guard let tolerance else { return scores.indices.filter { scores[$0] == nil } }
    let first = firstPoints.filter { scores[$0] == nil }
    guard first.isEmpty else { return first }
    return halved(until: tolerance)
  }

  private var firstPoints: [Int] {
    let last = scores.count - 1
    let gaps = min(
      max(Self.first.leastGaps, (last + Self.first.longestGap - 1) / Self.first.longestGap), last)
    return gaps < 1 ? Array(scores.indices) : (0...gaps).map { ($0 * last + gaps / 2) / gaps }
  }

  private var places: [Int] { scores.indices.filter { scores[$0] != nil } }

  /// The middles of the gaps without which the estimate falls below a tolerance.
  private func halved(until tolerance: Double) -> [Int] {
    let places = places
    let squares = squaredErrors(between: places)
    let limit = tolerance * tolerance / (Self.deviations * Self.deviations)
    let gaps = squares.indices.filter { places[$0 + 1] - places[$0] > 1 }
      .sorted { (squares[$1], $0) < (squares[$0], $1) }
    var left = squares.reduce(0, +)
    var chosen: [Int] = []
    for gap in gaps where left >= limit || tolerance == 0 {
      chosen.append((places[gap] + places[gap + 1]) / 2)
      left -= squares[gap]
    }
    return chosen.sorted()
  }

  /// The variance of the area of each gap, as a share of the whole width.
  private func squaredErrors(between places: [Int]) -> [Double] {
    let known = places.map { scores[$0] ?? 0 }
    let gaps = zip(places, places.dropFirst()).map { Double($1 - $0) }
    let variances = gaps.indices.map { index in
      let change = known[index + 1] - known[index]
      return change * change / gaps[index]
    }
    let width = Double(scores.count - 1)
    return gaps.indices.map { index in
      let (gap, near) = (gaps[index], variances[max(0, index - 1)...min(index + 1, gaps.count - 1)])
      return (near.max() ?? 0) * (gap * gap * gap - gap) / 12 / (width * width)
    }
  }
}
