/// An element type of the safetensors format; the raw value is its name in a header.
public enum StoredType: String, CaseIterable, Hashable, Sendable {
  /// Truth values of one byte.
  case boolean = "BOOL"
  /// Unsigned integers of 8 bits.
  case uint8 = "U8"
  /// Integers of 8 bits.
  case int8 = "I8"
  /// Unsigned integers of 16 bits.
  case uint16 = "U16"
  /// Integers of 16 bits.
  case int16 = "I16"
  /// Unsigned integers of 32 bits.
  case uint32 = "U32"
  /// Integers of 32 bits.
  case int32 = "I32"
  /// Unsigned integers of 64 bits.
  case uint64 = "U64"
  /// Integers of 64 bits.
  case int64 = "I64"
  /// Floats of 4 bits, two to a byte.
  case float4 = "F4"
  /// Floats of 6 bits with 2 exponent bits.
  case float6E2M3 = "F6_E2M3"
  /// Floats of 6 bits with 3 exponent bits.
  case float6E3M2 = "F6_E3M2"
  /// Floats of 8 bits with 5 exponent bits.
  case float8E5M2 = "F8_E5M2"
  /// Floats of 8 bits with 5 exponent bits, without infinities.
  case float8E5M2FNUZ = "F8_E5M2FNUZ"
  /// Floats of 8 bits with 4 exponent bits.
  case float8E4M3 = "F8_E4M3"
  /// Floats of 8 bits with 4 exponent bits and an exponent bias of 8.
  case float8E4M3FNUZ = "F8_E4M3FNUZ"
  /// Powers of two of 8 bits.
  case float8E8M0 = "F8_E8M0"
  /// IEEE 754 half precision.
  case float16 = "F16"
  /// The upper half of a float32.
  case bfloat16 = "BF16"
  /// IEEE 754 single precision, what tensors hold.
  case float32 = "F32"
  /// IEEE 754 double precision.
  case float64 = "F64"
  /// Pairs of float32.
  case complex64 = "C64"

  /// Bits of one element.
  public var bitWidth: Int {
    switch self {
    case .float4: 4
    case .float6E2M3, .float6E3M2: 6
    case .boolean, .uint8, .int8: 8
    case .float8E5M2, .float8E5M2FNUZ, .float8E4M3, .float8E4M3FNUZ, .float8E8M0: 8
    case .uint16, .int16, .float16, .bfloat16: 16
    case .uint32, .int32, .float32: 32
    case .uint64, .int64, .float64, .complex64: 64
    }
  }

  /// Whether a tensor of this type can be read as float32.
  public var isReadable: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: true
    default: false
    }
  }

  /// Bytes of `count` elements; nil on overflow and where they don't fill whole bytes.
  func byteCount(of count: Int) -> Int? {
    let (bits, overflow) = count.multipliedReportingOverflow(by: bitWidth)
    return overflow || bits % 8 != 0 ? nil : bits / 8
  }
}

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
