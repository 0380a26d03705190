import XAICore
import XAIEvaluation
import XAIFigures
import XAIFoundation

extension SectionWriter {
  /// Every pair of explainers, mean ranks with their critical difference, and how many images a difference takes.
  var comparisons: HTML {
    get throws {
      guard names.count > 1, !section.tables.isEmpty else { return "" }
      return """
        <p class="legend">\(section.comparisonLegend)</p>
        \(try section.tables.enumerated().map { try comparison($1, number: $0) })
        """
    }
  }

  private func comparison(_ table: MetricTable, number: Int) throws -> HTML {
    try """
    <details\(number == 0 ? " open" : "")><summary>\(table.metric.name) \(arrow(table.metric))</summary>
    \(rankFigure(table, id: id("ranks-\(number)")))\(pairMatrix(table))
    </details>

    """
  }

  private func rankFigure(_ table: MetricTable, id: String) throws -> HTML {
    guard let meanRanks = table.comparisons.meanRanks else { return "" }
    var figure = RankFigure(
      labels: names, ranks: meanRanks.ranks, criticalDifference: meanRanks.criticalDifference)
    figure.textSize = 13
    figure.plotWidth = 360
    let drawing = figure.drawing()
    return try """
    <figure><figcaption>Mean ranks of \(counted(meanRanks.count, "image")): \(meanRanks.summary)</figcaption>
    <div class="scroll" tabindex="0" role="region" aria-label="Mean ranks, \(table.metric.name)">\
    <svg class="ranks" viewBox="0 0 \(drawing.width) \(drawing.height)" width="\(drawing.width)" height="\(drawing.height)" role="img" \
    aria-labelledby="\(id)-t \(id)-d"><title id="\(id)-t">\(table.metric.name): mean ranks</title>
    <desc id="\(id)-d">\(names.count) explainers by mean rank, the best on the left, with bars over those that are not told apart; \
    \(meanRanks.summary).</desc>
    \(HTML(drawing))</svg></div></figure>

    """
  }

  private func pairMatrix(_ table: MetricTable) -> HTML {
    let style = NumberStyle(table.metric)
    let small = table.metric.smallDifference
    let heads = names.indices.map { index -> HTML in
      "<th scope=\"col\" title=\"\(names[index])\">\(index + 1)<span class=\"heard\"> <bdi>\(names[index])</bdi></span></th>"
    }
    let rows = names.indices.map { a -> HTML in
      let cells = names.indices.map { b -> HTML in
        guard a != b else { return "<td class=\"same\" aria-label=\"itself\">·</td>" }
        guard let pair = table.comparisons.pairs[a][b] else { return "<td>–</td>" }
        let p = pair.adjustedP.map { ", p \(NumberStyle.pText($0))" } ?? ""
        let detail = "\(names[a]) − \(names[b]): \(style.signed(pair.mean))\(p), n \(grouped(pair.count))"
        return "<td title=\"\(detail)\">\(style.signed(pair.mean))\(pair.star)</td>"
      }
      let needed = table.rows[a].comparison?.imageCount(toFind: small)
      return """
        <tr><th scope="row"><span class="index">\(a + 1)</span> <bdi>\(names[a])</bdi></th>\(cells)\
        <td>\(needed.map { grouped($0) } ?? "–")</td></tr>

        """
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="Paired differences, \(table.metric.name)"><table class="matrix">
      <caption><b>Paired differences</b> row minus column; * p &lt; 0.05 after Holm's correction</caption>
      <thead><tr><th scope="col">Explainer</th>\(heads)<th scope="col">Images to part \
      \(small.optionText)\(table.metric.smallUnit)</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>
      """
  }
}
