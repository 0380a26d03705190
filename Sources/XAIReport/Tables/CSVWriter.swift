import XAICore
import XAIEvaluation
import XAIFoundation

/// Writes the tables of all metrics as one tidy table: a row per explainer and metric (RFC 4180).
struct CSVWriter {
  static let header = [
    "section", "model", "model_hash", "data", "split", "data_hash", "sample", "sample_seed", "target",
    "explainer",
    "metric", "unit", "direction", "n", "mean", "low", "high", "baseline", "difference_n", "difference",
    "difference_low", "difference_high", "rank", "flat_maps", "protocol", "protocol_hash", "score_meaning",
    "notes", "difference_p", "difference_p_holm", "mean_rank", "images_to_part",
    "program", "command",
  ]

  func text(_ report: Report) -> String {
    let rows = report.sections.enumerated().flatMap { index, section in
      section.tables.flatMap { table in
        table.rows.indices.map { row(section, number: index + 1, table, explainer: $0) }
      }
    }
    return commaSeparated([Self.header] + rows)
  }

  private func row(_ section: ReportSection, number: Int, _ table: MetricTable, explainer: Int) -> [String] {
    let (experiment, row, metric) = (section.experiment, table.rows[explainer], table.metric)
    func text(_ value: Double?) -> String { value.map { decimal($0, places: 6) } ?? "" }
    return [
      "\(number)", experiment.model.name, experiment.model.hash, experiment.data.name, experiment.data.split,
      experiment.data.hash, "\(experiment.data.sampleCount)",
      experiment.data.sampleSeed.map(String.init) ?? "",
      experiment.target, experiment.explainers[explainer].specification,
      metric.specification, metric.descriptor.unit, metric.descriptor.direction.rawValue,
      "\(row.estimate?.count ?? 0)", text(row.estimate?.mean), text(row.estimate?.interval?.low),
      text(row.estimate?.interval?.high), experiment.explainers[section.baseline].specification,
      row.difference.map { "\($0.count)" } ?? "", text(row.difference?.mean),
      text(row.difference?.interval?.low), text(row.difference?.interval?.high),
      row.rank.map(String.init) ?? "",
      "\(section.flatMapCounts[explainer])", metric.protocolName ?? "", metric.protocolHash,
      experiment.explainers[explainer].scoreMeaning.rawValue, section.notes.joined(separator: " "),
      text(row.comparison?.p), text(row.comparison?.adjustedP),
      text(table.comparisons.meanRanks?.ranks[explainer]),
      row.comparison?.imageCount(toFind: metric.smallDifference).map(String.init) ?? "",
      section.programs, section.runs.map(\.command).joined(separator: "; "),
    ]
  }
}
