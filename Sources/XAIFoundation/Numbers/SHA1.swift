/// The Secure Hash Algorithm with 160 bits (FIPS 180-4), by which Git names the content of a file.
///
/// It tells damage apart, not forgery: two files of one hash can be made.
enum SHA1 {
  static let initialState: [UInt32] = [
    0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0,
  ]

  static func compress(_ state: UnsafeMutableBufferPointer<UInt32>, _ block: UnsafeRawBufferPointer) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { schedule in
      beginSchedule(schedule, with: block)
      for index in 16..<80 {
        schedule[index] = rotated(
          schedule[index - 3] ^ schedule[index - 8] ^ schedule[index - 14] ^ schedule[index - 16], 1)
      }
      var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
      for round in 0..<80 {
        let (mixed, constant): (UInt32, UInt32) =
          switch round {
          case 0..<20: ((b & c) ^ (~b & d), 0x5a82_7999)
          case 20..<40: (b ^ c ^ d, 0x6ed9_eba1)
          case 40..<60: ((b & c) ^ (b & d) ^ (c & d), 0x8f1b_bcdc)
          default: (b ^ c ^ d, 0xca62_c1d6)
          }
        let first = rotated(a, 5) &+ mixed &+ e &+ constant &+ schedule[round]
        (e, d, c, b, a) = (d, c, rotated(b, 30), a, first)
      }
      state[0] &+= a
      state[1] &+= b
      state[2] &+= c
      state[3] &+= d
      state[4] &+= e
    }
  }

  private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word << count | word >> (32 - count)
  }
}
