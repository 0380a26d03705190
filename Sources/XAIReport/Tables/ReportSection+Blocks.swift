import XAICore
import XAIEvaluation
import XAIFoundation

extension ReportSection {
  /// The agreement matrices; nothing for one explainer.
  var agreementBlocks: [Block] {
    guard experiment.explainers.count > 1 else { return [] }
    let correlation = matrix("Mean rank correlation (Spearman) of scores", \.correlation)
    let overlap = matrix(
      "Mean share of the top \(counted(agreement.topCount, "patch", plural: "patches")) that both have",
      \.overlap)
    return [.heading("Agreement", level: 3), .table(correlation), .table(overlap)]
  }

  private func matrix(_ caption: String, _ value: KeyPath<Agreement.Pair, Estimate?>) -> TextTable {
    let style = NumberStyle(places: 2)
    return TextTable(
      caption: caption, header: ["explainer"] + experiment.explainers.indices.map { "\($0 + 1)" },
      rows: zip(explainerNames, agreement.pairs).enumerated().map { index, row in
        ["\(index + 1) \(row.0)"]
          + row.1.enumerated().map { column, pair in
            column == index ? "·" : pair?[keyPath: value].map { style.text($0.mean) } ?? "–"
          }
      })
  }

  /// Head weights against head effects; nothing where they were not measured.
  var headBlocks: [Block] {
    guard !heads.isEmpty else { return [] }
    let style = NumberStyle(places: 2)
    func text(_ correlation: HeadComparison.Correlation?) -> String {
      correlation.map { "\(style.text($0.value)) \(style.text($0.interval))" } ?? "–"
    }
    let table = TextTable(
      caption: "Rank correlation of mean head weight and mean effect of removing the head, by layer",
      header: ["layer"] + heads.map { explainerNames[$0.explainer] },
      rows: (0..<(heads.map(\.layers.count).max() ?? 0)).map { layer in
        ["\(layer + 1)"] + heads.map { layer < $0.layers.count ? text($0.layers[layer]) : "–" }
      } + [["mean of layers"] + heads.map { text($0.overall) }])
    return [.heading("Heads", level: 3), .table(table)]
  }

  /// The subjects on which explainers agree least.
  var disagreementBlocks: [Block] {
    guard !agreement.disagreements.isEmpty else { return [] }
    let table = TextTable(
      caption: "Pictures on which explainers agree least (mean rank correlation of all pairs)",
      header: ["picture", "class", "correlation"],
      rows: agreement.disagreements.map { entry in
        let picture = pictures[entry.place.picture]
        return [
          picture.identifier, label(picture.subjects[entry.place.subject].classIndex),
          NumberStyle(places: 2).text(entry.correlation),
        ]
      })
    return [.heading("Disagreement", level: 3), .table(table)]
  }

  /// The images that could not be evaluated.
  var failureBlocks: [Block] {
    guard !failures.isEmpty else { return [] }
    let table = TextTable(
      caption: "Pictures that could not be evaluated", header: ["picture", "reason"],
      rows: failures.map { [$0.identifier, $0.failure ?? ""] })
    return [.heading("Failures", level: 3), .table(table)]
  }
}

extension MetricIdentity {
  /// The metric with its protocol in full.
  var protocolParagraph: String {
    "\(specification): protocol \(protocolLabel)\n\(protocolText)\n\(descriptor.citation)"
  }
}
