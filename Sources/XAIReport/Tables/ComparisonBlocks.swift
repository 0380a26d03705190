import XAICore
import XAIEvaluation
import XAIFoundation

extension ReportSection {
  /// Every pair of explainers, mean ranks, and how many images a difference takes; nothing for one explainer.
  var comparisonBlocks: [Block] {
    guard experiment.explainers.count > 1 else { return [] }
    return [.heading("Comparisons", level: 3), .paragraph(comparisonLegend)]
      + tables.flatMap { table in
        [.table(pairTable(table))] + (rankTable(table).map { [.table($0)] } ?? [])
      }
  }

  /// What the numbers of comparisons are, in one paragraph.
  var comparisonLegend: String {
    "Differences: the explainer of the row minus that of the column, means over images; * p < 0.05 by Student's paired t-test, "
      + "corrected by Holm over all pairs of a metric. Images to part: how many images it takes to find a difference from "
      + "\(baselineName) of the size that is said, in 80 % of cases at a level of 5 %. Mean ranks: over images with all values, 1 being "
      + "the best; those that are further apart than the critical difference differ (Friedman's and Nemenyi's tests, 5 %)."
  }

  /// A metric's paired differences, with how many images it takes to part each explainer from the baseline.
  func pairTable(_ table: MetricTable) -> TextTable {
    let style = NumberStyle(table.metric)
    let small = table.metric.smallDifference
    return TextTable(
      caption: "\(table.metric.name): paired differences",
      remarks: [
        "images to part \(small.optionText)\(table.metric.smallUnit); protocol \(table.metric.protocolLabel)"
      ],
      header: ["explainer"] + experiment.explainers.indices.map { "\($0 + 1)" } + ["images to part"],
      rows: zip(explainerNames, table.comparisons.pairs).enumerated().map { index, row in
        ["\(index + 1) \(row.0)"]
          + row.1.enumerated().map { column, pair in
            column == index ? "·" : pair.map { style.signed($0.mean) + $0.star } ?? "–"
          } + [table.rows[index].comparison?.imageCount(toFind: small).map { grouped($0) } ?? "–"]
      })
  }

  /// A metric's mean ranks; nil where there are none.
  func rankTable(_ table: MetricTable) -> TextTable? {
    guard let meanRanks = table.comparisons.meanRanks else { return nil }
    let style = NumberStyle(places: 2)
    return TextTable(
      caption: "\(table.metric.name): mean ranks of \(counted(meanRanks.count, "image"))",
      remarks: [meanRanks.summary], header: ["explainer", "mean rank"],
      rows: meanRanks.ranks.indices.sorted { (meanRanks.ranks[$0], $0) < (meanRanks.ranks[$1], $1) }.map {
        [explainerNames[$0], style.text(meanRanks.ranks[$0])]
      })
  }
}

extension MeanRanks {
  /// The tests of both, in one line.
  var summary: String {
    let p = NumberStyle.pText(p)
    let difference = decimal(criticalDifference, places: 2)
    return
      "critical difference \(difference); Friedman's χ² \(decimal(chiSquare, places: 1)), p \(p.hasPrefix("<") ? p : "= \(p)")"
  }
}

extension PairedComparison {
  /// A star where the difference is none of chance.
  var star: String { isParted ? "*" : "" }
}

extension MetricIdentity {
  /// A difference that readers would call small: a point of a wide range, a hundredth of a narrow one.
  var smallDifference: Double { descriptor.highest - descriptor.lowest >= 10 ? 1 : 0.01 }

  /// The unit behind it.
  var smallUnit: String {
    descriptor.unit.isEmpty ? "" : descriptor.unit == "%" ? " point" : " \(descriptor.unit)"
  }
}
