import XAICore
import XAIEvaluation
import XAIFoundation

/// How a metric's numbers are written for people: enough digits for its range, and a true minus sign.
struct NumberStyle {
  let places: Int
  /// What stands for a negative sign.
  var minus = "−"

  /// Two places for percentages and other wide ranges, more for narrow ones.
  init(_ metric: MetricIdentity) {
    let width = metric.descriptor.highest - metric.descriptor.lowest
    places = width >= 10 ? 2 : width >= 0.5 ? 3 : 4
  }

  init(places: Int) { self.places = places }

  func text(_ value: Double) -> String {
    let text = decimal(value, places: places)
    return text.hasPrefix("-") ? minus + text.dropFirst() : text
  }

  /// A difference, with its sign.
  func signed(_ value: Double) -> String {
    let text = text(value)
    return value > 0 && text.contains { $0 != "0" && $0 != "." } ? "+" + text : text
  }

  /// A p-value: three places, and no zero, which none is.
  static func pText(_ p: Double) -> String { p < 0.001 ? "< 0.001" : decimal(p, places: 3) }

  /// An interval: `[21.30, 24.02]`.
  func text(_ interval: ConfidenceInterval?) -> String {
    interval.map { "[\(text($0.low)), \(text($0.high))]" } ?? "no interval"
  }

  /// An interval of a difference.
  func signed(_ interval: ConfidenceInterval?) -> String {
    interval.map { "[\(signed($0.low)), \(signed($0.high))]" } ?? "no interval"
  }
}

extension MetricTable.Verdict {
  /// A sign that stands beside a difference, so that colour is not alone in saying it.
  var sign: String {
    switch self {
    case .better: "▲"
    case .worse: "▼"
    case .different: "◆"
    case .unclear: "○"
    }
  }
}
