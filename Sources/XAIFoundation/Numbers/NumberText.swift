// Numbers as texts, with a hyphen as minus; Foundation's formats would cost the start of every run.

/// A number with a fixed count of digits after the point: `0.50`.
package func decimal(_ value: Double, places: Int) -> String {
  guard value.isFinite, value.magnitude < 1e12 else { return String(value) }
  let unit = (0..<places).reduce(1) { product, _ in product * 10 }
  let scaled = Int((value.magnitude * Double(unit)).rounded())
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard places > 0 else { return sign + String(scaled) }
  let digits = String(scaled % unit)
  return sign + "\(scaled / unit)." + String(repeating: "0", count: places - digits.count) + digits
}

/// A number without zeros at its end, and with a limited count of digits after the point: `0.5`.
package func decimal(_ value: Double, atMost places: Int) -> String {
  var text = decimal(value, places: places)
  guard text.contains("."), !text.contains("e") else { return text }
  while text.hasSuffix("0") { text.removeLast() }
  if text.hasSuffix(".") { text.removeLast() }
  return text
}

/// The number `digits` × 10^`exponent` with all places that the exponent gives it: `0.50`; with a power of ten where it is
/// longer than seven digits or begins more than three places after the point: `1.2e7`.
package func decimal(_ digits: Int, exponent: Int) -> String {
  guard digits != 0 else { return "0" }
  let sign = digits < 0 ? "-" : ""
  var text = String(digits.magnitude)
  // The position of the point, counted from the first digit.
  let point = text.count + exponent
  guard (-3...6).contains(point) else {
    while text.count > 1, text.last == "0" { text.removeLast() }
    let rest = text.dropFirst()
    return sign + text.prefix(1) + (rest.isEmpty ? "" : ".\(rest)") + "e\(point - 1)"
  }
  guard exponent < 0 else { return sign + text + String(repeating: "0", count: exponent) }
  text = String(repeating: "0", count: max(1 - point, 0)) + text
  return sign + text.dropLast(-exponent) + "." + text.suffix(-exponent)
}

/// A number with three significant digits, as short as they allow: `0.0123`, `12.3`, `4.56e-7`.
package func compact(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : String(value) }
  var (scaled, exponent) = (value.magnitude, 0)
  while scaled >= 999.5 { (scaled, exponent) = (scaled / 10, exponent + 1) }
  while scaled < 99.95 { (scaled, exponent) = (scaled * 10, exponent - 1) }
  var digits = Int(scaled.rounded())
  while digits % 10 == 0 { (digits, exponent) = (digits / 10, exponent + 1) }
  return decimal(value < 0 ? -digits : digits, exponent: exponent)
}

/// A number with three significant digits and its power of ten: `1.23e-05`.
package func scientific(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : String(value) }
  var (mantissa, exponent) = (value.magnitude, 0)
  while mantissa >= 9.995 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
  while mantissa < 0.9995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
  let digits = String(exponent.magnitude)
  return (value < 0 ? "-" : "") + decimal(mantissa, places: 2) + (exponent < 0 ? "e-" : "e+")
    + (digits.count < 2 ? "0" : "") + digits
}

/// The shortest decimal number that reads back the same; whole numbers without a point: `0.1`, `2`.
package func shortest(_ value: Double) -> String {
  let text = String(value)
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// A count with commas: `5,717,416`.
package func grouped(_ count: Int) -> String {
  let digits = Array(String(count.magnitude))
  let parts = digits.enumerated().map { index, digit in
    index > 0 && (digits.count - index) % 3 == 0 ? ",\(digit)" : String(digit)
  }
  return (count < 0 ? "-" : "") + parts.joined()
}

/// A count with its noun: `1 image`, `2 images`.
package func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  "\(grouped(count)) \(count == 1 ? noun : plural ?? noun + "s")"
}
