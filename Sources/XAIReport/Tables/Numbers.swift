import XAICore
import XAIEvaluation

/// A number with so many digits after the point, with a hyphen as minus: for programs and plain text.
func decimal(_ value: Double, places: Int) -> String {
  guard value.isFinite, value.magnitude < 1e12 else { return "\(value)" }
  let unit = (0..<places).reduce(1) { product, _ in product * 10 }
  let scaled = Int((value.magnitude * Double(unit)).rounded())
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard places > 0 else { return sign + String(scaled) }
  let digits = String(scaled % unit)
  return sign + "\(scaled / unit)." + String(repeating: "0", count: places - digits.count) + digits
}

/// A count with its noun: `1 picture`, `2 pictures`.
func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  "\(grouped(count)) \(count == 1 ? noun : plural ?? noun + "s")"
}

/// A count with commas: `5,717,416`.
func grouped(_ count: Int) -> String {
  let digits = Array(String(count.magnitude))
  let parts = digits.enumerated().map { index, digit in
    index > 0 && (digits.count - index) % 3 == 0 ? ",\(digit)" : String(digit)
  }
  return (count < 0 ? "-" : "") + parts.joined()
}

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

  /// An interval: `[21.30, 24.02]`.
  func text(_ interval: Interval?) -> String {
    interval.map { "[\(text($0.low)), \(text($0.high))]" } ?? "no interval"
  }

  /// An interval of a difference.
  func signed(_ interval: Interval?) -> String {
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
