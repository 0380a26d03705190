import XAIReport

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where a report goes, decided before anything is read.
struct ReportDestination {
  /// One text, to a file or to standard output.
  struct Part {
    let format: ReportFormat
    /// Nil for standard output.
    let path: String?
  }

  let parts: [Part]

  /// Decides by the path whether it is a file or a folder, and makes the folder.
  init(_ command: ReportCommand) throws(Failure) {
    let formats = command.formats
    guard let output = command.output else {
      parts = [Part(format: formats.first ?? .terminal, path: nil)]
      return
    }
    let known = Self.fileExtension(of: output).flatMap { ReportFormat(fileExtension: $0) }
    // A path with an extension is a file, unless several files are to be there or a folder is.
    let isFile =
      !output.hasSuffix("/") && formats.count < 2 && !Self.isFolder(output)
      && Self.fileExtension(of: output) != nil
    guard isFile else {
      try OutputFolder.make(output)
      let folder = output.hasSuffix("/") ? output : output + "/"
      parts = (formats.isEmpty ? [.html] : formats).map {
        Part(format: $0, path: "\(folder)report.\($0.fileExtension)")
      }
      return
    }
    guard let format = formats.first ?? known else {
      throw Failure(
        .usage,
        "\(output): the extension says no format. Add --format, or end the path in "
          + ReportFormat.allCases.map { ".\($0.fileExtension)" }.joined(separator: ", ") + " or /.")
    }
    parts = [Part(format: format, path: output)]
  }

  private static func fileExtension(of path: String) -> String? {
    guard let name = path.split(separator: "/").last, let point = name.lastIndex(of: "."),
      point > name.startIndex
    else { return nil }
    return String(name[name.index(after: point)...])
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }
}
