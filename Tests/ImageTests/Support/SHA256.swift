/// SHA-256 (FIPS 180-4), so that large expected results fit in a fixture as one line.
func sha256(_ message: [UInt8]) -> String {
  var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  var padded = message + [0x80]
  padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
  padded += (0..<8).map { UInt8(truncatingIfNeeded: (message.count * 8) >> (56 - 8 * $0)) }
  var schedule = [UInt32](repeating: 0, count: 64)
  func rotated(_ x: UInt32, _ bits: UInt32) -> UInt32 { x >> bits | x << (32 - bits) }
  padded.withUnsafeBufferPointer { bytes in
    for block in stride(from: 0, to: bytes.count, by: 64) {
      for t in 0..<16 {
        schedule[t] = (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[block + 4 * t + $1]) }
      }
      for t in 16..<64 {
        let (x, y) = (schedule[t - 15], schedule[t - 2])
        let low = rotated(x, 7) ^ rotated(x, 18) ^ x >> 3
        let high = rotated(y, 17) ^ rotated(y, 19) ^ y >> 10
        schedule[t] = schedule[t - 16] &+ low &+ schedule[t - 7] &+ high
      }
      var (a, b, c, d) = (state[0], state[1], state[2], state[3])
      var (e, f, g, h) = (state[4], state[5], state[6], state[7])
      for t in 0..<64 {
        let high = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
        let first = h &+ high &+ (e & f ^ ~e & g) &+ roundConstants[t] &+ schedule[t]
        let low = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
        let second = low &+ (a & b ^ a & c ^ b & c)
        (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
      }
      for (index, value) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= value }
    }
  }
  return state.map { word in
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }.joined()
}

private let roundConstants: [UInt32] = {
  // The first 32 bits of the fractions of the cube roots of the first 64 primes.
  var primes: [Int] = []
  var candidate = 2
  while primes.count < 64 {
    if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
    candidate += 1
  }
  return primes.map { prime in
    // ⌊∛p · 2³²⌋ by bisection in 128 bits: x³ ≤ p · 2⁹⁶.
    var (low, high) = (UInt128(0), UInt128(8) << 32)
    while high - low > 1 {
      let middle = (low + high) / 2
      if middle * middle * middle <= UInt128(prime) << 96 { low = middle } else { high = middle }
    }
    return UInt32(truncatingIfNeeded: low)
  }
}()
