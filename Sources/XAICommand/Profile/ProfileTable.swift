import XAICore
import XAIFoundation
import XAITensor

/// What a profile measured, as a table: kernels, what is around them, what nobody measured, and what ran meanwhile.
func profileTable(_ summary: Profile.Summary, model: ModelDescriptor) -> String {
  let here = summary.entries.filter { !$0.isMeanwhile }
  let kernels = here.filter { !$0.operation.isStage }
  let stages = here.filter { $0.operation.isStage }
  let meanwhile = summary.entries.filter(\.isMeanwhile)
  func time(_ entries: [Profile.Entry]) -> Double { entries.reduce(0) { $0 + $1.seconds } }
  func row(_ name: String, _ sizes: String, calls: Int?, _ seconds: Double, rate: String = "") -> [String] {
    [
      name, sizes, calls.map(grouped) ?? "", decimal(seconds * 1e3, places: 1), rate,
      decimal(100 * seconds / max(summary.seconds, 1e-9), places: 1) + " %",
    ]
  }
  func row(_ entry: Profile.Entry) -> [String] {
    let rate = entry.arithmetic > 0 ? decimal(entry.arithmetic / entry.seconds * 1e-9, places: 0) : ""
    return row(
      entry.operation.text(in: model), entry.operation.sizes, calls: entry.calls, entry.seconds, rate: rate)
  }
  let arithmetic = kernels.reduce(0) { $0 + $1.arithmetic }
  var rows = [["operation", "rows×depth×columns", "calls", "ms", "GFLOP/s", "share"]] + kernels.map(row)
  if !kernels.isEmpty {
    rows.append(
      row(
        "all kernels", "", calls: kernels.reduce(0) { $0 + $1.calls }, time(kernels),
        rate: decimal(arithmetic / time(kernels) * 1e-9, places: 0)))
  }
  rows += stages.map(row)
  rows.append(row("not measured", "", calls: nil, max(summary.seconds - time(here), 0)))
  rows.append(row("in all", "", calls: nil, summary.seconds))
  if !meanwhile.isEmpty { rows += [["meanwhile, on other threads"]] + meanwhile.map(row) }
  return table(rows, indent: "  ", rightAligned: [1, 2, 3, 4, 5])
}

extension Profile.Operation {
  fileprivate var isStage: Bool { if case .stage = self { true } else { false } }

  fileprivate func text(in model: ModelDescriptor) -> String {
    switch self {
    case .product(let kind): kind.role(in: model)
    case .kernel(let name), .stage(let name): name
    }
  }

  fileprivate var sizes: String { if case .product(let kind) = self { kind.sizes } else { "" } }
}
