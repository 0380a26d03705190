/// The hash of Fowler, Noll and Vo (FNV-1a, 64 bits): the same in every process, which `Hasher` is not.
package struct FNV1a {
  /// The hash of what was added so far.
  package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  /// Begins with nothing.
  package init() {}

  /// The hash of a text.
  package init(_ text: String) {
    add(text)
  }

  /// Adds a number as a whole.
  package mutating func add(_ number: UInt64) { value = (value ^ number) &* 0x0000_0100_0000_01B3 }

  /// Adds the bytes of a text.
  package mutating func add(_ text: String) {
    for byte in text.utf8 { add(UInt64(byte)) }
  }

  /// Adds bytes, eight at a time as little-endian numbers; the last ones are filled up with zeros.
  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    add(UInt64(bytes.count))
    let whole = bytes.count / 8 * 8
    for offset in stride(from: 0, to: whole, by: 8) {
      add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
    }
    guard whole < bytes.count else { return }
    add(bytes[whole...].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  /// The hash as 16 hexadecimal digits.
  package var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
