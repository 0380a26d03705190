/// Small bars of a metric's intervals on one scale, with a line where the baseline's mean is.
struct IntervalBar {
  private static let width = 132.0
  private static let height = 18.0
  private let low: Double
  private let high: Double
  private let baseline: Double?

  init(_ table: MetricTable, baseline: Int) {
    let estimates = table.rows.compactMap(\.estimate)
    let ends = estimates.flatMap { [$0.mean, $0.interval?.low ?? $0.mean, $0.interval?.high ?? $0.mean] }
    let (least, greatest) = (ends.min() ?? 0, ends.max() ?? 1)
    let margin = max((greatest - least) * 0.06, greatest == least ? 0.5 : 0)
    (low, high) = (least - margin, greatest + margin)
    self.baseline = table.rows[baseline].estimate?.mean
  }

  /// What the head of the column says.
  var axis: HTML { "<span class=\"heard\">Interval on a common scale</span>" }

  /// The bar of a mean; the numbers stand beside it, so it is nothing to listen to.
  func bar(of estimate: Estimate) -> HTML {
    let middle = Self.height / 2
    let line: HTML =
      estimate.interval.map {
        """
        <line class="range" x1="\(place($0.low))" x2="\(place($0.high))" y1="\(middle)" y2="\(middle)"/>\
        <path class="ends" d="M\(place($0.low)) \(middle - 4)v8M\(place($0.high)) \(middle - 4)v8"/>
        """
      } ?? ""
    let reference: HTML =
      baseline.map {
        "<line class=\"reference\" x1=\"\(place($0))\" x2=\"\(place($0))\" y1=\"0\" y2=\"\(Self.height)\"/>"
      } ?? ""
    return """
      <svg class="interval" viewBox="0 0 \(Self.width) \(Self.height)" width="\(Self.width)" height="\(Self.height)" \
      aria-hidden="true" focusable="false">\(reference)\(line)<circle cx="\(place(estimate.mean))" cy="\(middle)" r="3.5"/></svg>
      """
  }

  private func place(_ value: Double) -> Double { 5 + (Self.width - 10) * (value - low) / (high - low) }
}
