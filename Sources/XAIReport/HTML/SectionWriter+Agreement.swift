import XAICore
import XAIEvaluation
import XAIFoundation

extension SectionWriter {
  /// The agreement of all pairs of explainers, as heat maps with numbers.
  var agreement: HTML {
    guard names.count > 1 else { return "" }
    let top = section.agreement.topCount
    return """
      <p class="legend">Whether explainers say the same about the same picture and class. Flat maps are left out.</p>
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
