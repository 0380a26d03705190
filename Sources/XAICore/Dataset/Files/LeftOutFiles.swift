package import XAIFoundation
import XAIImage

/// What lies among the images of a folder and is not read, counted, with the first names.
///
/// Hidden files and what systems leave beside files don't come this far: see `FileSystem.entries(of:)`.
package struct LeftOutFiles: Sendable {
  /// Why something is left out, in the order in which it is said.
  private enum Reason: Int, CaseIterable {
    case unreadFormat
    case otherFile
    case strayImage
    case folder
    case brokenLink
    case device
  }

  private struct Part: Sendable {
    var count = 0
    var names: [String] = []
  }

  private static let mostNames = 3
  private var parts = [Part](repeating: Part(), count: Reason.allCases.count)

  /// Begins with nothing.
  package init() {}

  /// How many there are.
  package var count: Int { parts.reduce(0) { $0 + $1.count } }

  /// Whether an entry of a folder is an image that is read, by its name; otherwise counts it.
  ///
  /// - Parameter folder: what names are said with in front; nothing for the folder itself.
  package mutating func takes(_ entry: FileSystem.Entry, in folder: String = "") -> Bool {
    let reason: Reason
    switch entry.kind {
    case .file:
      if let format = ImageFormat(extensionOf: entry.name) {
        if format.isReadable { return true }
        reason = .unreadFormat
      } else {
        reason = ImageFormat.isKnownElsewhere(extensionOf: entry.name) ? .unreadFormat : .otherFile
      }
    case .folder: reason = .folder
    case .brokenLink: reason = .brokenLink
    case .other: reason = .device
    }
    add(entry.name, in: folder, reason)
    return false
  }

  /// Counts an image that lies beside folders of classes, and so is of none.
  package mutating func addStray(_ name: String, in folder: String) { add(name, in: folder, .strayImage) }

  private mutating func add(_ name: String, in folder: String, _ reason: Reason) {
    parts[reason.rawValue].count += 1
    if parts[reason.rawValue].names.count < Self.mostNames {
      parts[reason.rawValue].names.append(
        FileName.shown(folder.isEmpty ? name : FileSystem.path(folder, name)))
    }
  }

  /// What is left out, in a sentence; nil where nothing is.
  package var note: String? {
    let texts = zip(Reason.allCases, parts).filter { $1.count > 0 }.map { reason, part in
      let rest = part.count > part.names.count ? ", …" : ""
      return "\(text(part.count, reason)) (\(part.names.joined(separator: ", "))\(rest))"
    }
    return texts.isEmpty ? nil : "left out: " + texts.joined(separator: "; ")
  }

  private func text(_ count: Int, _ reason: Reason) -> String {
    let isOne = count == 1
    let text =
      switch reason {
      case .unreadFormat:
        isOne
          ? "image of a format that this build doesn't read; convert it to PNG or JPEG"
          : "images of formats that this build doesn't read; convert them to PNG or JPEG"
      case .otherFile: isOne ? "file that is no image by its name" : "files that are no images by their names"
      case .strayImage: isOne ? "image outside of the class folders" : "images outside of the class folders"
      case .folder:
        isOne ? "folder, which isn't searched; name it" : "folders, which aren't searched; name them"
      case .brokenLink: isOne ? "link that leads nowhere" : "links that lead nowhere"
      case .device: isOne ? "pipe, device or socket" : "pipes, devices or sockets"
      }
    return "\(grouped(count)) \(text)"
  }

  /// The first names of each kind, for records.
  package var names: [String] { parts.flatMap(\.names) }
}
