import XAICore
import XAIEvaluation
import XAIFoundation

/// A part of a report in plain text, before it is decided how it is written down.
enum Block {
  case heading(String, level: Int)
  case paragraph(String)
  case facts([(name: String, value: String)])
  case table(TextTable)
  case verbatim(String)
}

/// A table of texts.
struct TextTable {
  /// What it is about, in one line.
  var caption: String
  /// What its numbers depend on, a line each.
  var remarks: [String] = []
  /// The first column is text, all others are numbers.
  var header: [String]
  var rows: [[String]]
}

/// A text without control characters, which would move a terminal's cursor or break a table: names come from files.
func plain(_ text: String) -> String {
  String(
    String.UnicodeScalarView(
      text.unicodeScalars.map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
        default: scalar
        }
      }))
}

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
    [.heading("What it says", level: 3)] + summary.map { .paragraph($0) }
      + [.heading("What was evaluated", level: 3), .facts(facts)] + notes.map { .paragraph("Note: \($0)") }
      + [.heading("Metrics", level: 3), .paragraph(tableLegend)]
      + tables.map { .table(textTable($0)) }
      + comparisonBlocks
      + [.heading("Explainers", level: 3), .table(explainerTable)]
      + agreementBlocks + headBlocks + disagreementBlocks + failureBlocks
      + [.heading("Protocols", level: 3)] + experiment.metrics.map { .verbatim($0.protocolParagraph) }
      + [.heading("Methods", level: 3), .paragraph(methods)]
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
      ("Outputs", model.output.map(\.summary) ?? ""),
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
      ("Results hash", resultsHash), ("Program", programText), ("Command", commandText),
    ].filter { !$0.1.isEmpty }
  }

  /// How many images of how many, and how they were chosen.
  var sampleText: String {
    let data = experiment.data
    let chosen =
      data.sampleSeed.map { "drawn with seed \($0)" }
      ?? (data.sampleCount < data.splitCount ? "the first ones" : "all of them")
    return "\(grouped(data.sampleCount)) of \(counted(data.splitCount, "image")) (\(chosen)); "
      + "\(grouped(images.count)) evaluated, \(counted(subjectCount, "map")) per explainer"
  }

  /// What the columns of metric tables are, in one paragraph.
  var tableLegend: String {
    "n: values. Intervals: 95 %, percentile bootstrap, 2,000 resamples of images"
      + (tables.contains(where: \.isShare) ? "; Wilson's where all values are at the ends of the range" : "")
      + ". Difference: paired, minus \(baselineName); ▲ better, ▼ worse, ◆ different, ○ the interval contains 0. Intervals are not "
      + "corrected for the number of comparisons; p is: of Student's paired t-test over images, by Holm over the rows of a table."
  }

  /// A metric's table.
  func textTable(_ table: MetricTable) -> TextTable {
    let style = NumberStyle(table.metric)
    let names = explainerNames
    let unit = table.metric.descriptor.unit
    return TextTable(
      caption: "\(table.metric.name) \(table.metric.arrow)" + (unit.isEmpty ? "" : " (\(unit))"),
      remarks: ["\(table.metric.directionText); protocol \(table.metric.protocolLabel)"],
      header: ["explainer", "n", "mean", "95 % interval", "difference", "95 % interval", "p", "rank"],
      rows: zip(names, table.rows).map { name, row in
        let difference = row.difference
        let sign = table.verdict(of: row).map { " \($0.sign)" } ?? ""
        return [
          name, row.estimate.map { grouped($0.count) } ?? "0",
          row.estimate.map { style.text($0.mean) } ?? "–",
          row.estimate.map { style.text($0.interval) } ?? "–",
          difference.map { style.signed($0.mean) + sign } ?? "–",
          difference.map { style.signed($0.interval) } ?? "–",
          row.comparison?.adjustedP.map(NumberStyle.pText) ?? "–",
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
      caption: "Rank correlation of mean head weight and mean effect of removing the head, by layer, from 0",
      header: ["layer"] + heads.map { explainerNames[$0.explainer] },
      rows: (0..<(heads.map(\.layers.count).max() ?? 0)).map { layer in
        ["\(layer)"] + heads.map { layer < $0.layers.count ? text($0.layers[layer]) : "–" }
      } + [["mean of layers"] + heads.map { text($0.overall) }])
    return [.heading("Heads", level: 3), .table(table)]
  }

  /// The subjects on which explainers agree least.
  var disagreementBlocks: [Block] {
    guard !agreement.disagreements.isEmpty else { return [] }
    let table = TextTable(
      caption: "Images on which explainers agree least (mean rank correlation of all pairs)",
      header: ["image", "class", "correlation"],
      rows: agreement.disagreements.map { entry in
        let image = images[entry.place.image]
        return [
          image.identifier, label(image.subjects[entry.place.subject].classIndex),
          NumberStyle(places: 2).text(entry.correlation),
        ]
      })
    return [.heading("Disagreement", level: 3), .table(table)]
  }

  /// The images that could not be evaluated.
  var failureBlocks: [Block] {
    guard !failures.isEmpty else { return [] }
    let table = TextTable(
      caption: "Images that could not be evaluated", header: ["image", "reason"],
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
