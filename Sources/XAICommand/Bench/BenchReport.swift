import XAIBench
import XAICore
import XAIFoundation
import XAITensor

/// What `xai bench` found, for programs; times are in seconds, rates in GFLOP/s.
struct BenchReport: Encodable {
  /// Version of the command.
  let version: String
  /// What the arithmetic ran on.
  let kernels: String
  /// The line that gets the fast kernels, for a build without them.
  let kernelsAdvice: String?
  /// What the machine could do at most in all of the run.
  var machine: Machine
  var models: [Model] = []
  /// Whether nothing was left out by Ctrl-C.
  var isComplete = false

  /// A model and its measurements.
  struct Model: Encodable {
    let name: String
    let parameters: Int
    /// Operations of the forward pass of an image, as they are published, × 10⁻⁹; nil where they aren't known.
    let forwardGigaflop: Double?
    var measurements: [BenchResult] = []

    mutating func compare(with machine: Machine) {
      for index in measurements.indices { measurements[index].compare(with: machine) }
    }
  }

  /// Sets all shares of the peak by what is known of the machine now.
  mutating func compare() {
    for index in models.indices { models[index].compare(with: machine) }
  }
}

extension BenchReport {
  /// The machine as people read it.
  var machineText: String {
    var rows = [["processor", (machine.processor ?? "unknown") + ", \(threads)"]]
    rows.append(["kernels", kernels])
    if let kernelsAdvice { rows.append(["", "for the fast ones: \(kernelsAdvice)"]) }
    rows += machine.peaks.map { peak in
      [
        "peak, \(peak.precision.rawValue)",
        "\(decimal(peak.gigaflops, places: 0)) GFLOP/s by \(peak.unit.rawValue) (spread \(share(peak.spread)))",
      ]
    }
    let bandwidth = machine.bandwidth
    rows.append([
      "memory",
      "\(decimal(bandwidth.gigabytesPerSecond, places: 1)) GB/s (spread \(share(bandwidth.spread)))",
    ])
    return table(rows)
  }

  private var threads: String { "\(machine.threads) thread\(machine.threads == 1 ? "" : "s")" }
}

extension BenchReport.Model {
  /// The measurements as people read them, compared with a peak in GFLOP/s.
  func text(peak: Double?) -> String {
    let size =
      decimal(Double(parameters) * 1e-6, places: 1) + " million parameters"
      + (forwardGigaflop.map { ", \(decimal($0, places: $0 < 10 ? 2 : 1)) GFLOP per image" } ?? "")
      + (peak.map { "; peak \(decimal($0, places: 0)) GFLOP/s" } ?? "")
    let headings = ["", "batch", "ms", "spread", "images/s", "GFLOP/s", "of peak", "memory"]
    return "\n\(name): \(size)\n"
      + table([headings] + measurements.flatMap(\.rows), indent: "  ", rightAligned: Set(1...7))
  }
}

extension BenchResult {
  /// A line of the whole, and one for each phase.
  fileprivate var rows: [[String]] {
    let whole = [
      title, String(batch), milliseconds(seconds.best), share(seconds.spread),
      decimal(imagesPerSecond, places: imagesPerSecond < 10 ? 2 : 1),
      gigaflops.map { decimal($0, places: 0) } ?? "", shareOfPeak.map(share) ?? "",
      peakBytes.map { "\(decimal(Double($0) * 1e-6, places: 0)) MB" } ?? "",
    ]
    guard let phases else { return [whole] }
    let parts = [
      ("forward", phases.forward), ("reverse", phases.reverse),
      (work == .evaluate ? "the rest" : "map", phases.rest),
    ]
    return [whole] + parts.filter { $0.1 > 0 }.map { ["  \($0.0)", "", milliseconds($0.1)] }
  }

  private var title: String {
    switch work {
    case .forward: "forward"
    case .explain: explainers.joined(separator: ", ")
    case .evaluate: "evaluation, \(forwards / max(images, 1)) forward passes per image"
    }
  }

  private func milliseconds(_ seconds: Double) -> String {
    decimal(seconds * 1e3, places: seconds < 0.1 ? 2 : seconds < 1 ? 1 : 0)
  }
}

/// A share as whole percents.
private func share(_ share: Double) -> String { "\(decimal(share * 100, places: 0)) %" }
