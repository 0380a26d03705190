import XAIFoundation
import XAIImage

/// Lists that data sets consist of.
package enum TextFile {
  /// The bytes of a list, without a byte order mark.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - need: what the file is for, as a message says it: `the classes of Tiny-ImageNet`.
  /// - Throws: `DatasetError.missing` for what is no file or can't be read.
  package static func bytes(of path: String, need: String) throws(DatasetError) -> [UInt8] {
    switch FileSystem.kind(of: path) {
    case nil: throw .missing(path: path, need: "there is no such file, which holds \(need). Check the path.")
    case .folder, .other, .brokenLink:
      throw .missing(path: path, need: "this is no regular file. It has to hold \(need).")
    case .file: break
    }
    do throws(ReadFailure) {
      let bytes = try FileContents.read(path)
      return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    } catch {
      throw .missing(path: path, need: "\(need) can't be read: \(error.reason)")
    }
  }

  /// The lines of a list without their ends; `lines[i]` is line `i + 1`.
  ///
  /// - Throws: as `bytes`.
  package static func lines(of path: String, need: String) throws(DatasetError) -> [ArraySlice<UInt8>] {
    var lines = try bytes(of: path, need: need).split(separator: newline, omittingEmptySubsequences: false)
      .map { $0.last == carriageReturn ? $0.dropLast() : $0 }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// The text of a part of a line; throws where it is not UTF-8.
  package static func text(
    _ bytes: some Sequence<UInt8>, file: String, line: Int
  ) throws(DatasetError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed(file: file, line: line, reason: "this is not UTF-8. Save the file as UTF-8.")
    }
    return text
  }

  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
}
