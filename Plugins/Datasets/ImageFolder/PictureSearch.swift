import XAICore
import XAIFoundation
import XAIImage

/// Collects the images of a folder and all folders below it.
struct PictureSearch {
  private let root: String
  private let above: Set<FileSystem.Identity>
  private(set) var list: PictureList

  /// Searches a data set; links that lead back to the folders above are not followed.
  init(root: String, above: [String]) {
    self.root = root
    self.above = Set(above.compactMap { FileSystem.identity(of: $0) })
    self.list = PictureList(root: root)
  }

  /// Adds the images below a folder, by the bytes of their names, and says how many there are.
  mutating func addPictures(below folder: String, label: Int?) throws -> Int {
    let count = list.count
    // Links may lead in circles: what has been seen once is not searched again for the same class.
    var seen = above
    try add(folder, label: label, seen: &seen)
    return list.count - count
  }

  private mutating func add(
    _ folder: String, label: Int?, seen: inout Set<FileSystem.Identity>
  ) throws {
    let path = folder.isEmpty ? root : FileSystem.path(root, folder)
    if let identity = FileSystem.identity(of: path), !seen.insert(identity).inserted { return }
    let entries = try folderEntries(of: path)
    let number = list.addFolder(folder)
    for entry in entries {
      switch entry.kind {
      case .file:
        if ImageFormat(extensionOf: entry.name) != nil {
          list.append(entry.name, folder: number, label: label)
        }
      case .folder: try add(FileSystem.path(folder, entry.name), label: label, seen: &seen)
      case .other: break
      }
    }
  }
}
