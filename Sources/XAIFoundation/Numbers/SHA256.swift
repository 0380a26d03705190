/// The Secure Hash Algorithm with 256 bits (FIPS 180-4).
///
/// A page's security policy names the one script that may run by it, and a download is compared with what its server says.
/// It is written here because swift-crypto would be a dependency, and BoringSSL's code in every program.
package enum SHA256 {
  static let initialState: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]

  /// The 32 bytes of the hash.
  package static func hash(_ message: some Collection<UInt8>) -> [UInt8] { digest(message).bytes() }

  /// The hash as 64 hexadecimal digits.
  package static func text(_ message: some Collection<UInt8>) -> String { digest(message).text() }

  private static func digest(_ message: some Collection<UInt8>) -> MessageDigest {
    var digest = MessageDigest(.sha256)
    digest.update(message)
    return digest
  }

  static func compress(_ state: UnsafeMutableBufferPointer<UInt32>, _ block: UnsafeRawBufferPointer) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
      beginSchedule(schedule, with: block)
      for index in 16..<64 {
        let (a, b) = (schedule[index - 15], schedule[index - 2])
        schedule[index] =
          schedule[index - 16] &+ (rotated(a, 7) ^ rotated(a, 18) ^ (a >> 3)) &+ schedule[index - 7]
          &+ (rotated(b, 17) ^ rotated(b, 19) ^ (b >> 10))
      }
      constants.withUnsafeBufferPointer { mix(state, schedule, $0) }
    }
  }

  private static func mix(
    _ state: UnsafeMutableBufferPointer<UInt32>, _ schedule: UnsafeMutableBufferPointer<UInt32>,
    _ constants: UnsafeBufferPointer<UInt32>
  ) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for round in 0..<64 {
      let first =
        h &+ (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) &+ ((e & f) ^ (~e & g)) &+ constants[round]
        &+ schedule[round]
      let second = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) &+ ((a & b) ^ (a & c) ^ (b & c))
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
    state[5] &+= f
    state[6] &+= g
    state[7] &+= h
  }

  private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word >> count | word << (32 - count)
  }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes, found in whole numbers: the
  /// greatest r with r³ ≤ p·2⁹⁶ has them at its end.
  private static let constants: [UInt32] = {
    let primes = (2...311).filter { number in !(2..<number).contains { number % $0 == 0 } }
    return primes.map { prime in
      var root: UInt128 = 0
      for bit in (0..<35).reversed() {
        let next = root | UInt128(1) << UInt128(bit)
        if next * next * next <= UInt128(prime) << 96 { root = next }
      }
      return UInt32(truncatingIfNeeded: root)
    }
  }()
}
