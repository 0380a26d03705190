import Testing

@testable import XAIWeights

@Suite struct FloatNarrowTests {
  /// The value of half bits from the definition: (−1)ˢ · 2ᵉ⁻¹⁵ · (1 + f/1024), subnormals (−1)ˢ · 2⁻¹⁴ · f/1024.
  private func half(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF) / 1024
    switch exponent {
    case 0: return sign * fraction * 0x1p-14
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * (1 + fraction) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }

  @Test func everyHalfIsItsDefinition() {
    for bits in UInt16.min ... .max {
      let value = Float(halfBits: bits)
      let expected = half(bits)
      #expect(expected.isNaN ? value.isNaN : value.bitPattern == expected.bitPattern, "\(bits)")
      // What is a half already stays itself.
      #expect(value.isNaN ? half(value.halfBits).isNaN : value.halfBits == bits, "\(bits)")
    }
  }

  @Test func halvesRoundToNearestEven() {
    // Between neighbours of each magnitude: just below the middle, the middle, just above it.
    for bits in stride(from: UInt16(0), to: 0x7BFF, by: 1) {
      let low = half(bits)
      let high = half(bits + 1)
      let middle = (low + high) / 2
      #expect(middle.nextDown.halfBits == bits)
      #expect(middle.halfBits == (bits.isMultiple(of: 2) ? bits : bits + 1))
      #expect(middle.nextUp.halfBits == bits + 1)
      #expect((-middle.nextUp).halfBits == bits + 1 | 0x8000)
    }
    #expect(Float(65_519.996).halfBits == 0x7BFF)
    #expect(Float(65_520).halfBits == 0x7C00)
  }

  @Test func bfloatsRoundToNearestEven() {
    for bits in UInt16.min ... .max {
      let value = Float(bfloatBits: bits)
      #expect(value.isNaN ? Float(bfloatBits: value.bfloatBits).isNaN : value.bfloatBits == bits)
      guard value.isFinite else { continue }
      let middle = UInt32(bits) << 16 | 0x8000
      #expect(Float(bitPattern: middle - 1).bfloatBits == bits)
      #expect(Float(bitPattern: middle).bfloatBits == (bits.isMultiple(of: 2) ? bits : bits + 1))
      #expect(Float(bitPattern: middle + 1).bfloatBits == bits + 1)
    }
    #expect(Float(bfloatBits: Float(bitPattern: 0x7F80_0001).bfloatBits).isNaN)
  }
}
