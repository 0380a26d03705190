// Conversions by bits: Float16 is missing on Intel Macs, and its conversions are library calls where the compiler
// may not assume the processor's own instruction; these loops vectorise everywhere.

extension Float {
  /// The value of IEEE 754 half-precision bits, exactly.
  ///
  /// Exponent and fraction move up by 13 bits, which leaves the exponent too small by 127 − 15 = 112; multiplying by
  /// 2¹¹² mends it, for subnormals too.
  init(halfBits bits: UInt16) {
    let magnitude = Float(bitPattern: UInt32(bits & 0x7FFF) << 13) * 0x1p112
    // Infinity and NaN come out as 2¹⁶ and above, which no finite half reaches.
    let exponent: UInt32 = magnitude >= 0x1p16 ? 0x7F80_0000 : 0
    self.init(bitPattern: magnitude.bitPattern | exponent | UInt32(bits & 0x8000) << 16)
  }

  /// The value of bfloat16 bits, exactly.
  init(bfloatBits bits: UInt16) { self.init(bitPattern: UInt32(bits) << 16) }

  /// The nearest half-precision value, ties to even; beyond 65,504 infinity.
  var halfBits: UInt16 {
    let sign = UInt16(truncatingIfNeeded: bitPattern >> 16) & 0x8000
    let magnitude = self.magnitude
    guard magnitude < 65_520 else { return sign | (isNaN ? 0x7E00 : 0x7C00) }
    if magnitude < 0x1p-14 {
      // Adding ½ puts the unit of the last place at 2⁻²⁴, that of subnormal halves: the addition rounds.
      return sign | UInt16(truncatingIfNeeded: (magnitude + 0.5).bitPattern &- Float(0.5).bitPattern)
    }
    let bits = magnitude.bitPattern &- 112 << 23
    return sign | UInt16(truncatingIfNeeded: (bits + 0xFFF + bits >> 13 & 1) >> 13)
  }

  /// The nearest bfloat16 value, ties to even; beyond the largest one infinity.
  var bfloatBits: UInt16 {
    let bits = bitPattern
    // Rounding could carry a NaN over into zero.
    guard !isNaN else { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits + 0x7FFF + bits >> 16 & 1) >> 16)
  }
}
