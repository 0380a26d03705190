import XAIFoundation

/// Mean ranks on a scale, the best on the left, with bars over those that are too close to tell apart.
///
/// Source: Demšar 2006, "Statistical comparisons of classifiers over multiple data sets", whose figure this is.
public struct RankFigure: Hashable, Sendable {
  /// The names of what is ranked.
  public var labels: [String]
  /// The mean rank of each, from 1 to as many as there are.
  public var ranks: [Double]
  /// How far apart mean ranks have to be; drawn above the scale.
  public var criticalDifference: Double
  /// The text above the figure; none where empty.
  public var title = ""
  /// The width of the scale in points.
  public var plotWidth = 260.0
  /// The size of the text in points.
  public var textSize = 8.0

  /// Makes a figure; traps where there are more or fewer labels than ranks, or fewer than two.
  public init(labels: [String], ranks: [Double], criticalDifference: Double) {
    require(labels.count == ranks.count && ranks.count > 1, "a rank for each of at least two labels")
    (self.labels, self.ranks, self.criticalDifference) = (labels, ranks, criticalDifference)
  }

  /// The longest runs of what is closer than the critical difference, by places in ascending order of ranks.
  package var groups: [ClosedRange<Int>] {
    let sorted = order.map { ranks[$0] }
    var groups: [ClosedRange<Int>] = []
    for first in sorted.indices {
      guard let last = sorted.lastIndex(where: { $0 - sorted[first] < criticalDifference }), last > first
      else { continue }
      // A run that is part of the one before says nothing new.
      if groups.last.map({ last > $0.upperBound }) ?? true { groups.append(first...last) }
    }
    return groups
  }

  private var order: [Int] { ranks.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) } }

  /// Draws the figure.
  public func drawing() -> Drawing {
    let line = textSize * TextMetrics.lineHeight
    let gap = textSize / 2
    let (order, groups) = (order, groups)
    let labelWidth = labels.map { TextMetrics.width(of: $0, size: textSize) }.max() ?? 0
    let left = labelWidth + 3 * gap
    let width = left + plotWidth + labelWidth + 3 * gap
    let title = TextBlock(self.title, size: textSize * 1.15, width: width, isBold: true)
    let top = gap + (title.lines.isEmpty ? 0 : title.height + gap)
    let scale = top + 2 * line + gap
    let bars = scale + gap
    let names = bars + Double(groups.count) * gap + gap
    // Names hang below the scale on both sides, the best half on the left.
    let half = (order.count + 1) / 2
    var drawing = Drawing(
      width: width, height: names + Double(half) * line + gap, title: self.title)
    func place(_ rank: Double) -> Double {
      left + (rank - 1) / Double(ranks.count - 1) * plotWidth
    }
    func draw(_ text: String, _ x: Double, _ y: Double, _ anchor: Drawing.Text.Anchor, _ mark: String) {
      drawing.draw(
        .init(text, at: .init(x, y), size: textSize, anchor: anchor, colour: .muted), mark: .init(mark))
    }
    drawing.draw(title, x: width / 2, top: gap, anchor: .middle, mark: .init("title"))
    let ends = (left, left + min(criticalDifference / Double(ranks.count - 1), 1) * plotWidth)
    drawing.draw(
      .line(.init(ends.0, top + line), .init(ends.1, top + line)), .line(.muted, width: textSize / 5),
      mark: .init("reference"))
    draw(
      "critical difference \(decimal(criticalDifference, places: 2))", left, top + line - gap, .start, "axis")
    drawing.draw(
      .line(.init(left, scale), .init(left + plotWidth, scale)), .line(.muted, width: textSize / 10),
      mark: .init("axis"))
    for rank in 1...ranks.count {
      let x = place(Double(rank))
      drawing.draw(
        .line(.init(x, scale - gap), .init(x, scale)), .line(.muted, width: textSize / 10),
        mark: .init("axis"))
      draw("\(rank)", x, scale - 1.5 * gap, .middle, "tick")
    }
    for (row, group) in groups.enumerated() {
      let y = bars + Double(row) * gap
      drawing.draw(
        .line(
          .init(place(ranks[order[group.lowerBound]]) - 2, y),
          .init(place(ranks[order[group.upperBound]]) + 2, y)), .line(.ink, width: textSize / 3),
        mark: .init("range"))
    }
    for (position, index) in order.enumerated() {
      let isLeft = position < half
      let row = isLeft ? position : order.count - 1 - position
      let y = names + (Double(row) + 0.6) * line
      let (x, end) = (place(ranks[index]), isLeft ? left - gap : left + plotWidth + gap)
      let tip = "\(labels[index]): mean rank \(decimal(ranks[index], places: 2))"
      drawing.draw(
        .line(.init(x, scale), .init(x, y)), .line(.muted, width: textSize / 12), mark: .init("grid"))
      drawing.draw(
        .line(.init(x, y), .init(end, y)), .line(.muted, width: textSize / 12), mark: .init("grid", tip: tip))
      draw(labels[index], isLeft ? end - gap : end + gap, y + textSize / 3, isLeft ? .end : .start, "tick")
    }
    return drawing
  }
}
