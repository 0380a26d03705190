import XAICore
import XAIEvaluation
import XAIFoundation

extension Report {
  /// The report as plain text blocks.
  var blocks: [Block] {
    [.heading(title, level: 1)]
      + sections.enumerated().flatMap { index, section in
        (sections.count > 1 ? [.heading("\(index + 1). \(section.heading)", level: 2)] : []) + section.blocks
      }
  }
}

extension ReportSection {
  /// What a section is called among others.
  var heading: String { "\(experiment.model.name) on \(experiment.data.name), \(experiment.data.split)" }

  /// The section as plain text blocks.
  var blocks: [Block] {
    [.facts(facts)] + notes.map { .paragraph("Note: \($0)") }
      + [.heading("Metrics", level: 3), .paragraph(tableLegend)]
      + tables.map { .table(textTable($0)) }
      + [.heading("Explainers", level: 3), .table(explainerTable)]
      + agreementBlocks + headBlocks + disagreementBlocks + failureBlocks
      + [.heading("Protocols", level: 3)] + experiment.metrics.map { .verbatim($0.protocolParagraph) }
  }

  /// What decided the numbers, for people.
  var facts: [(name: String, value: String)] {
    let (model, data) = (experiment.model, experiment.data)
    return [
      (
        "Model",
        "\(model.name) (\(model.architecture), \(grouped(model.parameterCount)) parameters, \(model.layerCount) layers of "
          + "\(model.headCount) heads, \(model.inputHeight)×\(model.inputWidth) pixels, \(model.grid) patches)"
      ),
      ("Model hash", model.hash),
      ("Data", "\(data.name), split \(data.split)"),
      ("Data hash", data.hash),
      ("Sample", sampleText),
      ("Target", experiment.target),
      ("Baseline", baselineName),
      (
        "Settings",
        experiment.settings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
      ),
      ("Results", sources.joined(separator: ", ")),
      ("Results hash", resultsHash),
    ].filter { !$0.1.isEmpty }
  }

  /// How many images of how many, and how they were chosen.
  var sampleText: String {
    let data = experiment.data
    let chosen =
      data.sampleSeed.map { "drawn with seed \($0)" }
      ?? (data.sampleCount < data.splitCount ? "the first ones" : "all of them")
    return "\(grouped(data.sampleCount)) of \(counted(data.splitCount, "picture")) (\(chosen)); "
      + "\(grouped(pictures.count)) evaluated, \(counted(subjectCount, "map")) an explainer"
  }

  /// What the columns of metric tables are, in one paragraph.
  var tableLegend: String {
    "n: values. Intervals: 95 %, percentile bootstrap, 2,000 resamples of pictures. Difference: paired, minus "
      + "\(baselineName); ▲ better, ▼ worse, ◆ different, ○ the interval contains 0. Intervals are not corrected for the number of "
      + "comparisons."
  }

  /// A metric's table.
  func textTable(_ table: MetricTable) -> TextTable {
    let style = NumberStyle(table.metric)
    let names = explainerNames
    let unit = table.metric.descriptor.unit
    return TextTable(
      caption: "\(table.metric.name) \(table.metric.arrow)" + (unit.isEmpty ? "" : " (\(unit))"),
      remarks: ["\(table.metric.directionText); protocol \(table.metric.protocolLabel)"],
      header: ["explainer", "n", "mean", "95 % interval", "difference", "95 % interval", "rank"],
      rows: zip(names, table.rows).map { name, row in
        let difference = row.difference
        let sign = table.verdict(of: row).map { " \($0.sign)" } ?? ""
        return [
          name, row.estimate.map { grouped($0.count) } ?? "0",
          row.estimate.map { style.text($0.mean) } ?? "–",
          row.estimate.map { style.text($0.interval) } ?? "–",
          difference.map { style.signed($0.mean) + sign } ?? "–",
          difference.map { style.signed($0.interval) } ?? "–",
          row.rank.map(String.init) ?? "–",
        ]
      })
  }

  /// How many maps of each explainer are flat.
  private var explainerTable: TextTable {
    TextTable(
      caption: "Maps that say nothing: all patches have the same score",
      header: ["explainer", "flat maps", "share"],
      rows: zip(explainerNames, flatMapCounts).map { name, count in
        [name, "\(grouped(count)) of \(grouped(subjectCount))", percentText(count, of: subjectCount)]
      })
  }
}

/// A share in per cent with one place.
func percentText(_ count: Int, of total: Int) -> String {
  total > 0 ? decimal(100 * Double(count) / Double(total), places: 1) + " %" : "–"
}
