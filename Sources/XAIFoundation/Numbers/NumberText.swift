/// A number with so many digits after the point and a hyphen as minus; Foundation's formats would cost the start of
/// every run.
package func decimal(_ value: Double, places: Int) -> String {
  guard value.isFinite, value.magnitude < 1e12 else { return String(value) }
  let unit = (0..<places).reduce(1) { product, _ in product * 10 }
  let scaled = Int((value.magnitude * Double(unit)).rounded())
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard places > 0 else { return sign + String(scaled) }
  let digits = String(scaled % unit)
  return sign + "\(scaled / unit)." + String(repeating: "0", count: places - digits.count) + digits
}

/// A count with commas: `5,717,416`.
package func grouped(_ count: Int) -> String {
  let digits = Array(String(count.magnitude))
  let parts = digits.enumerated().map { index, digit in
    index > 0 && (digits.count - index) % 3 == 0 ? ",\(digit)" : String(digit)
  }
  return (count < 0 ? "-" : "") + parts.joined()
}

/// A count with its noun: `1 picture`, `2 pictures`.
package func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  "\(grouped(count)) \(count == 1 ? noun : plural ?? noun + "s")"
}
