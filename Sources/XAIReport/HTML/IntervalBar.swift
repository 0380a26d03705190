import XAIEvaluation
import XAIFigures

/// Small bars of a metric's intervals on one scale, with a line where the baseline's mean is.
struct IntervalBar {
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

  /// The bar of a mean; the numbers stand next to it, so it is nothing to listen to.
  func bar(of estimate: Estimate) throws -> HTML {
    var plot = IntervalPlot(
      rows: [
        IntervalPlot.Row("", estimate.mean, interval: estimate.interval.map { $0.low...max($0.low, $0.high) })
      ], range: low...high)
    (plot.reference, plot.hasAxis) = (baseline, false)
    (plot.rowHeight, plot.plotWidth) = (18, 122)
    let drawing = plot.drawing()
    return try """
    <svg class="interval" viewBox="0 0 \(drawing.width) \(drawing.height)" width="\(drawing.width)" height="\(drawing.height)" \
    aria-hidden="true" focusable="false">\(HTML(drawing))</svg>
    """
  }
}
