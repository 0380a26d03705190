import XAICore
import XAIEvaluation
import XAIFoundation

extension Gallery {
  /// The subjects on which explainers agree least, all maps side by side.
  var disagreement: HTML {
    get throws {
      let entries = section.agreement.disagreements
      guard !entries.isEmpty else { return "" }
      let left = section.experiment.explainers.indices.filter {
        section.experiment.explainers[$0].needsNoModel
      }
      let without = left.isEmpty ? "" : ", \(left.map { names[$0] }.joined(separator: " and ")) left out"
      return """
        <p class="legend">The \(counted(entries.count, "map")) on which explainers agree least: the mean of the rank correlations of all \
        pairs\(without). Where methods contradict one another, not all of them can be right.</p>
        \(legend.html)
        \(entries.map(row))
        """
    }
  }

  private func row(_ entry: Disagreement) -> HTML {
    let image = section.images[entry.place.image]
    let subject = image.subjects[entry.place.subject]
    let tiles = names.indices.map { explainer -> HTML in
      """
      <li><div class="stage still">\(photograph(entry.place.image))\
      \(overlay(entry.place.image, entry.place.subject, explainer, style: "map"))</div>\
      <span><bdi>\(names[explainer])</bdi></span></li>

      """
    }
    return """
      <article class="comparison">
      <h3><bdi>\(image.identifier)</bdi> <span class="figure">ρ \(NumberStyle(places: 2).text(entry.correlation))</span></h3>
      \(about(image, subject))
      <ul class="tiles">
      <li><div class="stage still">\(photograph(entry.place.image))</div><span>image</span></li>
      \(tiles)</ul>
      </article>

      """
  }
}
