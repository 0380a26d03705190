import XAICore
import XAIEvaluation
import XAIFigures
import XAIFoundation
import XAIImage

/// Draws head weights, head effects and how well their orders agree, one row a layer.
struct HeadChart {
  private static let cell = 26.0
  private static let textSize = 13.0

  private let comparison: HeadComparison
  private let layerCount: Int
  private let headCount: Int

  init(_ comparison: HeadComparison) {
    self.comparison = comparison
    layerCount = comparison.weights.count
    headCount = comparison.weights.first?.count ?? 0
  }

  func svg(id: String, name: String) throws -> HTML {
    let style = NumberStyle(places: 2)
    let overall =
      comparison.overall.map { "\(style.text($0.value)) \(style.text($0.interval))" } ?? "not defined"
    let greatest = comparison.effects.joined().map(\.magnitude).max() ?? 0
    // Weights are shares that differ little, so their colours begin at the least; effects have a zero that means something.
    let drawing = Drawing(
      sideBySide: [
        try panel("Weight", comparison.weights, .viridis, range: nil),
        try panel(
          "Effect on the logit", comparison.effects, .coolwarm,
          range: greatest > 0 ? -greatest...greatest : nil),
        correlations,
      ], gap: 2 * Self.textSize)
    return try """
    <svg class="heads" viewBox="0 0 \(drawing.width) \(drawing.height)" width="\(drawing.width)" height="\(drawing.height)" role="img" \
    aria-labelledby="\(id)-t \(id)-d"><title id="\(id)-t">\(name): head weights and head effects</title>
    <desc id="\(id)-d">Mean weight and mean effect of \(headCount) heads in \(layerCount) layers; mean rank correlation \
    of the layers \(overall). The table below has the numbers.</desc>
    \(HTML(drawing))</svg>
    """
  }

  private func panel(
    _ title: String, _ values: [[Double]], _ colourMap: ColourMap, range: ClosedRange<Double>?
  ) throws -> Drawing {
    let style = NumberStyle(places: 3)
    var figure = MatrixFigure(rows: values)
    (figure.title, figure.rowTitle, figure.columnTitle) = (title, "Layer", "Head")
    figure.rowLabels = (0..<layerCount).map(String.init)
    figure.columnLabels = (0..<headCount).map(String.init)
    (figure.colourMap, figure.range, figure.emphasis) = (colourMap, range, .none)
    (figure.cellSide, figure.textSize) = (Self.cell, Self.textSize)
    figure.tips = values.enumerated().map { layer, row in
      row.enumerated().map { head, value in "layer \(layer), head \(head): \(style.text(value))" }
    }
    return try figure.drawing()
  }

  private var correlations: Drawing {
    var plot = IntervalPlot(
      rows: comparison.layers.map { correlation in
        IntervalPlot.Row(
          "", correlation?.value,
          interval: correlation?.interval.map { $0.low...max($0.low, $0.high) })
      }, range: -1...1)
    (plot.title, plot.horizontalName, plot.reference) = ("Agreement", "rank correlation ρ", 0)
    (plot.rowHeight, plot.plotWidth, plot.textSize) = (Self.cell, 130, Self.textSize)
    return plot.drawing()
  }
}

extension SectionWriter {
  /// Head weights against what removing the heads does.
  var heads: HTML {
    get throws {
      guard !section.heads.isEmpty else { return "" }
      let figures = try section.heads.enumerated().map { index, comparison -> HTML in
        let name = names[comparison.explainer]
        return try """
        <figure class="heads">
        <figcaption><b><bdi>\(name)</bdi></b> over \(counted(comparison.subjectCount, "map")): mean rank correlation of the layers \
        <b>\(text(comparison.overall))</b></figcaption>
        <div class="scroll" tabindex="0" role="region" aria-label="Heads of \(name)">\
        \(HeadChart(comparison).svg(id: id("heads-\(index)"), name: name))</div>
        \(numbers(comparison))
        </figure>

        """
      }
      return """
        <p class="legend">An explainer that weights heads claims that some matter more. The effect of a head is how far the logit of the \
        class falls when the head is removed. Where weights mean what they say, both order the heads of a layer alike: a correlation \
        near 1. Weights are shares of a layer, so layers are not compared with one another. Layers and heads are \
        counted from 0.</p>
        <div class="headcharts\(section.experiment.model.headCount > 5 ? " wide" : "")">
        \(figures)</div>
        """
    }
  }

  private func text(_ correlation: HeadComparison.Correlation?) -> String {
    let style = NumberStyle(places: 2)
    return correlation.map { "\(style.text($0.value)) \(style.text($0.interval))" } ?? "not defined"
  }

  private func numbers(_ comparison: HeadComparison) -> HTML {
    let rows = comparison.layers.enumerated().map { layer, correlation -> HTML in
      func list(_ values: [Double]) -> String {
        values.map { NumberStyle(places: 3).text($0) }.joined(separator: "  ")
      }
      return """
        <tr><th scope="row">\(layer)</th><td>\(text(correlation))</td><td>\(list(comparison.weights[layer]))</td>\
        <td>\(list(comparison.effects[layer]))</td></tr>

        """
    }
    return """
      <details><summary>Numbers</summary><div class="scroll" tabindex="0" role="region" aria-label="Correlation by layer"><table>
      <caption>By layer: the correlation, then weight and effect of each head</caption>
      <thead><tr><th scope="col">Layer</th><th scope="col">Correlation</th><th scope="col">Weights</th><th scope="col">Effects</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div></details>
      """
  }
}
