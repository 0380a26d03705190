#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if _endian(big)
#error("numbers are stored little-endian, as they lie in memory")
#endif

/// Numbers as the bytes of a column: IEEE 754, little-endian, one after another.
enum Blob {
  static func data<Number: BinaryFloatingPoint>(_ numbers: [Number]) -> Data {
    numbers.withUnsafeBytes { Data($0) }
  }

  /// The numbers of a column; nil where the bytes are not those of whole numbers.
  static func numbers<Number: BinaryFloatingPoint>(_ data: Data, as type: Number.Type = Number.self)
    -> [Number]?
  {
    let size = MemoryLayout<Number>.size
    guard data.count % size == 0 else { return nil }
    return data.withUnsafeBytes { bytes in
      (0..<data.count / size).map { bytes.loadUnaligned(fromByteOffset: $0 * size, as: Number.self) }
    }
  }
}
