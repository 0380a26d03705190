import XAICore
import XAIEvaluation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Writes everything that a report computes, for programs.
struct JSONWriter {
  func text(_ report: Report) throws -> String {
    let encoder = JSONEncoder()
    // On one line: indentation would be most of what a program reads.
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let record = ReportRecord(
      title: report.title, sections: report.sections.map(SectionRecord.init),
      bibtex: Bibliography(report.sections).bibTeX)
    return String(decoding: try encoder.encode(record), as: UTF8.self) + "\n"
  }
}

private struct ReportRecord: Encodable {
  let title: String
  let sections: [SectionRecord]
  let bibtex: String
}

private struct SectionRecord: Encodable {
  struct Explainer: Encodable {
    let specification: String
    let scoreMeaning: ScoreMeaning
    let flatMaps: Int
  }

  struct Row: Encodable {
    let explainer: String
    let estimate: Estimate?
    let difference: Estimate?
    let comparison: PairedComparison?
    let verdict: MetricTable.Verdict?
    let rank: Int?
  }

  struct Table: Encodable {
    let metric: MetricIdentity
    let rows: [Row]
    let isShare: Bool
    let pairs: [[PairedComparison?]]
    let meanRanks: MeanRanks?
  }

  struct Pair: Encodable {
    let explainers: [String]
    let correlation: Estimate?
    let topOverlap: Estimate?
  }

  struct Subject: Encodable {
    let image: String
    let classIndex: Int
    let correlation: Double
  }

  struct Curve: Encodable {
    let explainer: String
    let x: [Double]
    let y: [Double]
    let low: [Double?]
    let high: [Double?]
  }

  struct Curves: Encodable {
    let metric: String
    let protocolHash: String
    let curves: [Curve]
  }

  struct Heads: Encodable {
    let explainer: String
    let subjects: Int
    let weights: [[Double]]
    let effects: [[Double]]
    let layers: [HeadComparison.Correlation?]
    let overall: HeadComparison.Correlation?
  }

  struct Failed: Encodable {
    let image: String
    let reason: String
  }

  let summary: [String]
  let experiment: Experiment
  let runs: [RunIdentity]
  let kernels: [String: Int]
  let resultsHash: String
  let methods: String
  let sources: [String]
  let notes: [String]
  let baseline: String
  let evaluatedImages: Int
  let missingImages: Int
  let maps: Int
  let explainers: [Explainer]
  let metrics: [Table]
  let topPatches: Int
  let agreement: [Pair]
  let disagreements: [Subject]
  let curves: [Curves]
  let heads: [Heads]
  let failures: [Failed]

  init(_ section: ReportSection) {
    let names = section.experiment.explainers.map(\.specification)
    summary = section.summary
    experiment = section.experiment
    (runs, kernels) = (section.runs, section.kernels)
    (resultsHash, methods) = (section.resultsHash, section.methods)
    sources = section.sources
    notes = section.notes
    baseline = names[section.baseline]
    evaluatedImages = section.images.count
    missingImages = section.missingCount
    maps = section.subjectCount
    explainers = zip(section.experiment.explainers, section.flatMapCounts).map {
      Explainer(specification: $0.specification, scoreMeaning: $0.scoreMeaning, flatMaps: $1)
    }
    metrics = section.tables.map { table in
      let rows = zip(names, table.rows).map { name, row in
        Row(
          explainer: name, estimate: row.estimate, difference: row.difference,
          comparison: row.comparison,
          verdict: table.verdict(of: row),
          rank: row.rank)
      }
      return Table(
        metric: table.metric, rows: rows, isShare: table.isShare, pairs: table.comparisons.pairs,
        meanRanks: table.comparisons.meanRanks)
    }
    topPatches = section.agreement.topCount
    agreement = names.indices.flatMap { a in
      names.indices.dropFirst(a + 1).map { b in
        let pair = section.agreement.pairs[a][b]
        return Pair(
          explainers: [names[a], names[b]], correlation: pair?.correlation, topOverlap: pair?.overlap)
      }
    }
    disagreements = section.agreement.disagreements.map { entry in
      let image = section.images[entry.place.image]
      return Subject(
        image: image.identifier, classIndex: image.subjects[entry.place.subject].classIndex,
        correlation: entry.correlation)
    }
    curves = section.curves.map { family in
      let curves = zip(names, family.curves).map { name, points in
        Curve(
          explainer: name, x: points.map(\.x), y: points.map(\.y.mean), low: points.map(\.y.interval?.low),
          high: points.map(\.y.interval?.high))
      }
      return Curves(
        metric: family.metric.specification, protocolHash: family.metric.protocolHash, curves: curves)
    }
    heads = section.heads.map {
      Heads(
        explainer: names[$0.explainer], subjects: $0.subjectCount, weights: $0.weights, effects: $0.effects,
        layers: $0.layers, overall: $0.overall)
    }
    failures = section.failures.map { Failed(image: $0.identifier, reason: $0.failure ?? "") }
  }
}
