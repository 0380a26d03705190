import XAICore
import XAIEvaluation
import XAIFoundation

extension SectionWriter {
  /// Columns of a table that a laptop's screen has room for: more metrics are several tables.
  private static let mostColumns = 8

  /// Explainers × metrics, the means with their intervals.
  var overview: HTML {
    guard !section.tables.isEmpty else { return "" }
    let count = section.tables.count
    let parts = (count + Self.mostColumns - 1) / Self.mostColumns
    let size = (count + parts - 1) / parts
    let starts = Array(stride(from: 0, to: count, by: size))
    return """
      <p class="legend">Each place has the mean with its rank in a circle, its 95 % interval, and the paired difference from \
      <bdi>\(section.baselineName)</bdi> (▲ better, ▼ worse, ◆ different, ○ its interval contains 0). n is \
      \(grouped(section.subjectCount)) where no other is said.</p>
      \(starts.map { overviewTable($0..<min($0 + size, count), isOneOfMany: parts > 1) })
      """
  }

  private func overviewTable(_ columns: Range<Int>, isOneOfMany: Bool) -> HTML {
    let heads = columns.map { index -> HTML in
      let metric = section.tables[index].metric
      let unit: HTML =
        metric.descriptor.unit.isEmpty ? "" : " <span class=\"unit\">\(metric.descriptor.unit)</span>"
      return """
        <th scope="col" data-sort="\(metric.descriptor.direction == .lower ? "ascending" : "descending")">\
        \(metric.name) \(arrow(metric))\(unit)<small><a href="#\(id("metric-\(index)"))" \
        aria-label="\(metric.name), protocol \(metric.protocolLabel)">\(metric.protocolName ?? "protocol")</a></small></th>
        """
    }
    let rows = names.indices.map { explainer -> HTML in
      let cells = columns.map { overviewCell(section.tables[$0], section.tables[$0].rows[explainer]) }
      return "<tr>\(rowHead(explainer))\(cells)</tr>\n"
    }
    let range = isOneOfMany ? " \(columns.lowerBound + 1) to \(columns.upperBound)" : ""
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="Overview of metrics\(range)"><table class="sortable overview">
      <caption>\(isOneOfMany ? "Metrics\(range) of \(section.tables.count)" : "All metrics"), each by its own protocol</caption>
      <thead><tr><th scope="col" data-sort="text">Explainer</th>\(heads)</tr></thead>
      <tbody>
      \(rows)</tbody></table></div>

      """
  }

  private func overviewCell(_ table: MetricTable, _ row: MetricTable.Row) -> HTML {
    let style = NumberStyle(table.metric)
    guard let estimate = row.estimate else { return "<td><span class=\"none\">no value</span></td>" }
    let rank: HTML =
      row.rank.map { "<span class=\"rank r\(min($0, 4))\" title=\"rank \($0)\">\($0)</span>" } ?? ""
    let difference: HTML =
      row.difference.map { "<small>Δ \(style.signed($0.mean)) \(verdict(table.verdict(of: row)))</small>" }
      ?? ""
    let n: HTML =
      estimate.count == section.subjectCount ? "" : "<small>n \(grouped(estimate.count))</small>"
    return """
      <td data-value="\(decimal(estimate.mean, places: 9))"><b>\(style.text(estimate.mean))</b>\(rank)\
      <small>\(style.text(estimate.interval))</small>\(difference)\(n)</td>
      """
  }

  /// A table a metric.
  var metrics: HTML {
    get throws {
      guard !section.tables.isEmpty else { return "" }
      return """
        <p class="legend">\(section.tableLegend)</p>
        <div class="metrics">
        \(try section.tables.enumerated().map { try metricTable($1, number: $0) })</div>
        """
    }
  }

  private func metricTable(_ table: MetricTable, number: Int) throws -> HTML {
    let metric = table.metric
    let style = NumberStyle(metric)
    let scale = IntervalBar(table, baseline: section.baseline)
    let rows = try table.rows.indices.map { try metricRow(table, explainer: $0, style, scale) }
    let unit = metric.descriptor.unit.isEmpty ? "" : " (\(metric.descriptor.unit))"
    return """
      <div class="scroll" id="\(id("metric-\(number)"))" tabindex="0" role="region" aria-label="\(metric.name)">\
      <table class="sortable metric">
      <caption><b>\(metric.name) \(arrow(metric))</b> \(metric.directionText); protocol \(metric.protocolName ?? "") \
      <code>\(metric.protocolHash)</code>\(metric.negativeText)</caption>
      <thead><tr><th scope="col" data-sort="text">Explainer</th><th scope="col" data-sort="descending">n</th>\
      <th scope="col" data-sort="descending">Mean\(unit)</th><th scope="col">95 % interval</th>\
      <th scope="col" class="bar">\(scale.axis)</th><th scope="col" data-sort="descending">Difference</th>\
      <th scope="col">95 % interval</th><th scope="col">p</th><th scope="col" data-sort="ascending">Rank</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>

      """
  }

  private func metricRow(
    _ table: MetricTable, explainer: Int, _ style: NumberStyle, _ scale: IntervalBar
  ) throws -> HTML {
    let row = table.rows[explainer]
    let estimate: HTML =
      try row.estimate.map {
        try """
        <td data-value="\($0.count)">\(grouped($0.count))</td>\
        <td data-value="\(decimal($0.mean, places: 9))"><b>\(style.text($0.mean))</b></td>\
        <td>\(style.text($0.interval))</td><td class="bar">\(scale.bar(of: $0))</td>
        """
      } ?? "<td data-value=\"0\">0</td><td colspan=\"3\" class=\"none\">no value</td>"
    let difference: HTML =
      row.difference.map {
        """
        <td data-value="\(decimal($0.mean, places: 9))">\(style.signed($0.mean)) \(verdict(table.verdict(of: row)))</td>\
        <td>\(style.signed($0.interval))</td><td>\(row.comparison?.adjustedP.map(NumberStyle.pText) ?? "–")</td>
        """
      } ?? "<td>\(explainer == section.baseline ? "baseline" : "–")</td><td>–</td><td>–</td>"
    let rank: HTML =
      row.rank.map { "<td data-value=\"\($0)\"><span class=\"rank r\(min($0, 4))\">\($0)</span></td>" }
      ?? "<td>–</td>"
    return "<tr>\(rowHead(explainer))\(estimate)\(difference)\(rank)</tr>\n"
  }

  /// The name of an explainer, with how many of its maps are flat where some are.
  func rowHead(_ explainer: Int) -> HTML {
    let flat = section.flatMapCounts[explainer]
    let badge: HTML =
      flat > 0
      ? "<small class=\"flat\">\(percentText(flat, of: section.subjectCount)) flat maps</small>" : ""
    return "<th scope=\"row\"><bdi>\(names[explainer])</bdi>\(badge)</th>"
  }

  /// The direction of a metric, as a sign for those who see it and in words for those who hear it.
  func arrow(_ metric: MetricIdentity) -> HTML {
    """
    <span class="arrow" aria-hidden="true">\(metric.arrow)</span><span class="heard"> (\(metric.directionText))</span>
    """
  }

  private func verdict(_ verdict: MetricTable.Verdict?) -> HTML {
    guard let verdict else { return "" }
    return """
      <span class="verdict \(verdict.rawValue)" title="\(verdict.rawValue)"><span aria-hidden="true">\(verdict.sign)</span>\
      <span class="heard">\(verdict.rawValue)</span></span>
      """
  }
}

extension SectionWriter {
  /// The agreement of all pairs of explainers, as heat maps with numbers.
  var agreement: HTML {
    guard names.count > 1 else { return "" }
    let top = section.agreement.topCount
    return """
      <p class="legend">Whether explainers say the same about the same image and class. Flat maps are left out.</p>
      <div class="matrices\(names.count > 8 ? " wide" : "")">
      \(matrix("Rank correlation of scores", "mean of Spearman's ρ: 1 is the same order of patches, 0 no relation", \.correlation))
      \(matrix("Overlap of the top \(top) patches", "mean share of the highest tenth that both have; chance is \(percentText(top, of: section.experiment.model.grid.count))", \.overlap))
      </div>
      \(pairs)
      """
  }

  /// All pairs with their intervals.
  private var pairs: HTML {
    let style = NumberStyle(places: 2)
    func cells(_ estimate: Estimate?) -> HTML {
      guard let estimate else { return "<td>–</td><td>–</td>" }
      return
        "<td data-value=\"\(decimal(estimate.mean, places: 9))\">\(style.text(estimate.mean))</td><td>\(style.text(estimate.interval))</td>"
    }
    let rows = names.indices.flatMap { a in
      names.indices.dropFirst(a + 1).map { b -> HTML in
        let pair = section.agreement.pairs[a][b]
        return """
          <tr><th scope="row"><bdi>\(names[a])</bdi>, <bdi>\(names[b])</bdi></th><td>\(grouped(pair?.correlation?.count ?? 0))</td>\
          \(cells(pair?.correlation))\(cells(pair?.overlap))</tr>

          """
      }
    }
    return """
      <details><summary>All pairs with intervals</summary><div class="scroll" tabindex="0" role="region" \
      aria-label="Agreement of all pairs"><table class="sortable">
      <caption>Agreement of all pairs, means with 95 % intervals</caption>
      <thead><tr><th scope="col" data-sort="text">Explainers</th><th scope="col">n</th><th scope="col" data-sort="descending">Rank \
      correlation</th><th scope="col">95 % interval</th><th scope="col" data-sort="descending">Overlap</th><th scope="col">95 % \
      interval</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div></details>
      """
  }

  private func matrix(
    _ title: String, _ meaning: String, _ value: KeyPath<Agreement.Pair, Estimate?>
  ) -> HTML {
    let style = NumberStyle(places: 2)
    let heads = names.indices.map { index -> HTML in
      "<th scope=\"col\" title=\"\(names[index])\">\(index + 1)<span class=\"heard\"> <bdi>\(names[index])</bdi></span></th>"
    }
    let rows = names.indices.map { a -> HTML in
      let cells = names.indices.map { b -> HTML in
        guard a != b else { return "<td class=\"same\" aria-label=\"itself\">·</td>" }
        guard let estimate = section.agreement.pairs[a][b]?[keyPath: value] else { return "<td>–</td>" }
        let detail =
          "\(names[a]) and \(names[b]): \(style.text(estimate.mean)) \(style.text(estimate.interval)), n \(grouped(estimate.count))"
        return "<td class=\"\(heat(estimate.mean))\" title=\"\(detail)\">\(style.text(estimate.mean))</td>"
      }
      return
        "<tr><th scope=\"row\"><span class=\"index\">\(a + 1)</span> <bdi>\(names[a])</bdi></th>\(cells)</tr>\n"
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(title)"><table class="matrix">
      <caption><b>\(title)</b> \(meaning)</caption>
      <thead><tr><th scope="col">Explainer</th>\(heads)</tr></thead>
      <tbody>
      \(rows)</tbody></table></div>
      """
  }
}

/// The style of a cell of a heat map, by a value in −1…1: `h0` to `h10`, and `n1` to `n10` below zero.
func heat(_ value: Double) -> String {
  let step = Int((min(max(value, -1), 1) * 10).rounded())
  return step < 0 ? "n\(-step)" : "h\(step)"
}
