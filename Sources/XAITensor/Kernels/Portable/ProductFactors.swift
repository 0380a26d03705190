/// What the factors of products are rounded to, and what multiplies them.
enum ProductFactors {
  case float32
  case bfloat16(Bfloat16Unit)
  /// Matrix tiles, each factor as a sum of two bfloat16 numbers.
  case bfloat16x3

  /// Those of a precision; nil where the processor lacks it.
  init?(_ precision: KernelSelection.Precision) {
    switch precision {
    case .float32: self = .float32
    case .bfloat16, .bfloat16Backward:
      guard let unit = Bfloat16Unit.available else { return nil }
      self = .bfloat16(unit)
    case .bfloat16x3:
      // Three products on vectors would take longer than one in float32.
      guard Bfloat16Unit.available == .tiles else { return nil }
      self = .bfloat16x3
    }
  }
}
