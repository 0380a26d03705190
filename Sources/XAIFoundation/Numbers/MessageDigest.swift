/// A hash of the Secure Hash Standard (FIPS 180-4) of a message that comes in parts.
///
/// SHA-1 and SHA-256 differ in how a block of 64 bytes changes the state; parts, padding and length are the same.
package struct MessageDigest: Sendable {
  /// Which hash.
  package enum Algorithm: Sendable {
    case sha1
    case sha256
  }

  private let algorithm: Algorithm
  private var state: [UInt32]
  /// The start of a block whose rest hasn't come.
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// Begins a hash.
  package init(_ algorithm: Algorithm) {
    self.algorithm = algorithm
    state =
      switch algorithm {
      case .sha1: SHA1.initialState
      case .sha256: SHA256.initialState
      }
  }

  /// Adds a part of the message.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount += UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let missing = rest.prefix(Self.blockSize - pending.count)
      pending += missing
      rest = rest.dropFirst(missing.count)
      guard pending.count == Self.blockSize else { return }
      pending.withUnsafeBytes { compress($0) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.prefix(rest.count / Self.blockSize * Self.blockSize)
    compress(UnsafeRawBufferPointer(rebasing: whole))
    pending += rest.dropFirst(whole.count)
  }

  /// Adds a part of the message.
  package mutating func update(_ bytes: some Collection<UInt8>) {
    Array(bytes).withUnsafeBytes { update($0) }
  }

  /// Ends the message: the bytes of its hash.
  package consuming func bytes() -> [UInt8] {
    let bitCount = byteCount * 8
    let zeros = (2 * Self.blockSize - 9 - pending.count) % Self.blockSize
    update([0x80] + [UInt8](repeating: 0, count: zeros))
    update((0..<8).map { UInt8(truncatingIfNeeded: bitCount >> (56 - 8 * UInt64($0))) })
    return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) } }
  }

  /// Ends the message: its hash as hexadecimal digits.
  package consuming func text() -> String {
    bytes().map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  private mutating func compress(_ blocks: UnsafeRawBufferPointer) {
    let algorithm = algorithm
    state.withUnsafeMutableBufferPointer { state in
      for start in stride(from: 0, to: blocks.count, by: Self.blockSize) {
        let block = UnsafeRawBufferPointer(rebasing: blocks[start..<start + Self.blockSize])
        switch algorithm {
        case .sha1: SHA1.compress(state, block)
        case .sha256: SHA256.compress(state, block)
        }
      }
    }
  }

  private static let blockSize = 64
}

/// Fills the first 16 words of a block's schedule, which are the block's own, big-endian.
func beginSchedule(_ schedule: UnsafeMutableBufferPointer<UInt32>, with block: UnsafeRawBufferPointer) {
  for index in 0..<16 {
    schedule[index] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
  }
}
