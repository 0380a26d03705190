import ArgumentParser
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

extension ProductKind {
  /// What the product is for, in a vision transformer of these sizes, as far as its shape tells.
  func role(in model: ModelDescriptor) -> String {
    if rows != nil { return attentionRole }
    let width = model.width
    if transposesFirst { return "gradients of weights" }
    // A forward pass multiplies by weights [outputs, inputs] transposed, a backward pass by the weights as they lie.
    let (inputs, outputs) = transposesSecond ? (depth, columns) : (columns, depth)
    let direction = transposesSecond ? "" : ", reverse"
    if isByImage { return "patches" + direction }
    switch (inputs, outputs) {
    case (width, 3 * width): return "queries, keys, values" + direction
    case (width, width): return "projection; queries, keys or values" + direction
    case (width, model.classCount): return "classifier" + direction
    case (width, _): return "MLP, first map" + (hasGELU ? " with GELU" : "") + direction
    case (_, width): return "MLP, second map" + direction
    default: return "other products" + direction
    }
  }

  /// The products of attention where each is one by itself: S = Q·Kᵀ/√d, O = A·V and their gradients.
  private var attentionRole: String {
    switch (transposesFirst, transposesSecond, isScaled) {
    case (false, true, true): "attention, Q·Kᵀ"
    case (false, false, false): "attention, A·V"
    case (false, true, false): "attention, dA = dO·Vᵀ"
    case (true, _, false): "attention, dV = Aᵀ·dO"
    case (false, false, true): "attention, dQ = dS·K"
    case (true, _, true): "attention, dK = dSᵀ·Q"
    }
  }

  /// The sizes, without the rows of a batch.
  var sizes: String { (rows.map { "\($0)×" } ?? "") + "\(depth)×\(columns)" }
}

/// Whether a run says where its time went.
struct ProfileOptions: ParsableArguments {
  @Flag(help: "Print at the end, on standard error, how long each operation took.")
  var profile = false

  /// A profile that begins now, where one was asked for.
  func begin() -> Profile? { profile ? Profile() : nil }
}

extension Profile {
  /// Prints what was measured since it was taken last, under a heading.
  func report(_ heading: String, model: ModelDescriptor) {
    StandardError.write("\n\(heading)\n" + profileTable(take(), model: model))
  }
}
