import XAICore
import XAIEvaluation
import XAIFoundation

/// Draws head weights, head effects and how well their orders agree, one row a layer.
struct HeadChart {
  private static let cell = 26.0
  private static let gap = 34.0
  private static let left = 52.0
  private static let top = 58.0
  private static let correlationWidth = 130.0

  private let comparison: HeadComparison
  private let layerCount: Int
  private let headCount: Int

  init(_ comparison: HeadComparison) {
    self.comparison = comparison
    layerCount = comparison.weights.count
    headCount = comparison.weights.first?.count ?? 0
  }

  private var panelWidth: Double { max(Double(headCount) * Self.cell, 130) }
  private var cellWidth: Double { panelWidth / Double(max(headCount, 1)) }
  private var effectsLeft: Double { Self.left + panelWidth + Self.gap }
  private var correlationLeft: Double { effectsLeft + panelWidth + Self.gap }
  private var width: Double { correlationLeft + Self.correlationWidth + 14 }
  private var height: Double { Self.top + Double(layerCount) * Self.cell + 34 }

  func svg(id: String, name: String) -> HTML {
    let style = NumberStyle(places: 2)
    let overall =
      comparison.overall.map { "\(style.text($0.value)) \(style.text($0.interval))" } ?? "not defined"
    return """
      <svg class="heads" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" role="img" \
      aria-labelledby="\(id)-t \(id)-d"><title id="\(id)-t">\(name): head weights and head effects</title>
      <desc id="\(id)-d">Mean weight and mean effect of \(headCount) heads in \(layerCount) layers; mean rank correlation \
      of the layers \(overall). The table below has the numbers.</desc>
      \(panel("Weight", comparison.weights, at: Self.left, from: leastWeight))
      \(panel("Effect on the logit", comparison.effects, at: effectsLeft, from: 0))
      \(correlations)
      </svg>
      """
  }

  /// Weights are shares that differ little, so their colours begin at the least one; effects have a zero that means something.
  private var leastWeight: Double { max(comparison.weights.joined().min() ?? 0, 0) }

  private func panel(_ title: String, _ values: [[Double]], at x: Double, from least: Double) -> HTML {
    let greatest = values.joined().map(\.magnitude).max() ?? 0
    let span = max(greatest - least, 1e-12)
    let style = NumberStyle(places: 3)
    let cells = values.enumerated().flatMap { layer, row in
      row.enumerated().map { head, value -> HTML in
        let (left, top) = (x + Double(head) * cellWidth, Self.top + Double(layer) * Self.cell)
        let sign: HTML =
          value < 0
          ? "<text class=\"sign\" x=\"\(left + cellWidth / 2)\" y=\"\(top + Self.cell / 2 + 4)\" text-anchor=\"middle\">−</text>"
          : ""
        return """
          <rect class="cell \(value < 0 ? "negative" : "positive")" x="\(left)" y="\(top)" width="\(cellWidth - 1)" \
          height="\(Self.cell - 1)" fill-opacity="\(0.04 + 0.96 * max(value.magnitude - least, 0) / span)"><title>layer \(layer + 1), head \(head + 1): \
          \(style.text(value))</title></rect>\(sign)
          """
      }
    }
    let heads = (0..<headCount).map { head -> HTML in
      """
      <text class="tick" x="\(x + (Double(head) + 0.5) * cellWidth)" y="\(Self.top - 8)" text-anchor="middle">\(head + 1)</text>
      """
    }
    let layers = (0..<layerCount).map { layer -> HTML in
      """
      <text class="tick" x="\(x - 7)" y="\(Self.top + (Double(layer) + 0.5) * Self.cell + 4)" text-anchor="end">\(layer + 1)</text>
      """
    }
    return """
      <text class="title" x="\(x)" y="16">\(title)</text><text class="axis" x="\(x)" y="33">layer ↓ head →</text>
      \(heads)\(layers)<rect class="frame" x="\(x - 0.5)" y="\(Self.top - 0.5)" width="\(panelWidth)" \
      height="\(Double(layerCount) * Self.cell)"/>\(cells)
      <text class="axis" x="\(x)" y="\(height - 12)">\(style.text(least)) to \(style.text(greatest))</text>
      """
  }

  private var correlations: HTML {
    let x = correlationLeft
    func place(_ value: Double) -> Double { x + Self.correlationWidth * (value + 1) / 2 }
    let bottom = Self.top + Double(layerCount) * Self.cell
    let ticks = [-1.0, 0, 1].map { value -> HTML in
      """
      <line class="\(value == 0 ? "reference" : "grid")" x1="\(place(value))" x2="\(place(value))" y1="\(Self.top)" \
      y2="\(bottom)"/><text class="tick" x="\(place(value))" y="\(Self.top - 8)" text-anchor="middle">\(value < 0 ? "−1" : "\(Int(value))")</text>
      """
    }
    let rows = comparison.layers.enumerated().map { layer, correlation -> HTML in
      guard let correlation else { return "" }
      let y = Self.top + (Double(layer) + 0.5) * Self.cell
      let range: HTML =
        correlation.interval.map {
          "<line class=\"range\" x1=\"\(place($0.low))\" x2=\"\(place($0.high))\" y1=\"\(y)\" y2=\"\(y)\"/>"
        } ?? ""
      return "\(range)<circle class=\"dot\" cx=\"\(place(correlation.value))\" cy=\"\(y)\" r=\"4\"/>\n"
    }
    return """
      <text class="title" x="\(x)" y="16">Agreement</text><text class="axis" x="\(x)" y="33">rank correlation ρ</text>
      \(ticks)\(rows)
      """
  }
}

extension SectionWriter {
  /// Head weights against what removing the heads does.
  var heads: HTML {
    guard !section.heads.isEmpty else { return "" }
    let figures = section.heads.enumerated().map { index, comparison -> HTML in
      let name = names[comparison.explainer]
      return """
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
      near 1. Weights are shares of a layer, so layers are not compared with one another.</p>
      <div class="headcharts\(section.experiment.model.headCount > 5 ? " wide" : "")">
      \(figures)</div>
      """
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
        <tr><th scope="row">\(layer + 1)</th><td>\(text(correlation))</td><td>\(list(comparison.weights[layer]))</td>\
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
