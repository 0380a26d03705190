import XAIFoundation
public import XAITensor

/// An array of floats in a `.npy` file, as `numpy.save` writes it: float16, float32 or float64, row by row.
public struct NumPyArray: Sendable {
  /// The array; float64 is rounded.
  public let tensor: Tensor

  /// Reads a file.
  ///
  /// - Throws: `NumPyError` for a file that isn't there, isn't whole, or holds something else.
  public init(path: String) throws(NumPyError) {
    let contents: FileBytes
    do throws(ReadFailure) { contents = try FileBytes(mapping: path) } catch {
      throw NumPyError(file: path, reason: "can't be read: \(error.reason)")
    }
    tensor = try contents.withBytes { (bytes) throws(NumPyError) in try Self.tensor(bytes, file: path) }
  }

  /// `\x93NUMPY`, the version, the length of the header, the header, and the elements.
  private static func tensor(_ bytes: UnsafeRawBufferPointer, file: String) throws(NumPyError) -> Tensor {
    func fail(_ reason: String) -> NumPyError { NumPyError(file: file, reason: reason) }
    guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)), bytes.count >= 12 else {
      throw fail("is no .npy file")
    }
    let lengthBytes = bytes[6] == 1 ? 2 : 4
    let length = (0..<lengthBytes).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    let start = 8 + lengthBytes + length
    guard bytes.count >= start else { throw fail("ends within its header") }
    let header = String(decoding: bytes[8 + lengthBytes..<start], as: UTF8.self)
    guard let type = value(of: "descr", in: header)?.split(separator: "'").first,
      let order = value(of: "fortran_order", in: header),
      let shapeText = value(of: "shape", in: header)?.dropFirst().prefix(while: { $0 != ")" })
    else { throw fail("has a header without descr, fortran_order and shape") }
    guard order.hasPrefix("False") else {
      throw fail("is stored column by column; save np.ascontiguousarray of it")
    }
    let extents = shapeText.split { $0 == "," || $0 == " " }.map { Int($0) }
    guard let shape = TensorShape(checking: extents.map { $0 ?? -1 }) else {
      throw fail("has the shape (\(shapeText))")
    }
    let sizes: [Substring: Int] = ["<f2": 2, "<f4": 4, "<f8": 8]
    guard let size = sizes[type] else {
      throw fail("holds '\(type)'; float16, float32 and float64 are read, little-endian")
    }
    let (needed, overflow) = shape.count.multipliedReportingOverflow(by: size)
    guard !overflow, bytes.count - start == needed else {
      throw fail(
        "has \(bytes.count - start) bytes behind its header, and \(shape) of '\(type)' need another number")
    }
    return Tensor(shape) { result in
      for index in 0..<shape.count {
        let offset = start + index * size
        result[index] =
          switch size {
          case 2:
            Float(
              halfBits: UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
          case 4:
            Float(
              bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
          default:
            Float(
              Double(
                bitPattern: UInt64(
                  littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))))
          }
      }
    }
  }

  /// What stands behind a key of the header, which is a Python dictionary.
  private static func value(of key: String, in header: String) -> Substring? {
    guard let place = header.firstRange(of: "'\(key)':") else { return nil }
    return header[place.upperBound...].drop { $0 == " " }
  }
}

/// Why a `.npy` file can't be used.
public struct NumPyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// What is wrong; reads on from the name of the file.
  public let reason: String

  public var description: String { "\(quoted(file)) \(reason)" }
}
