import XAICore
import XAIFoundation
import XAIImage

/// Collects the images of a folder and all folders below it.
struct ImageSearch {
  private let root: String
  private let above: Set<FileSystem.Identity>
  private(set) var list: ImageList

  /// Searches a data set; links that lead back to the folders above are not followed.
  init(root: String, above: [String], orientation: RGBImage.Orientation) {
    self.root = root
    self.above = Set(above.compactMap { FileSystem.identity(of: $0) })
    self.list = ImageList(root: root, orientation: orientation)
  }

  /// Adds the images below a folder, by the bytes of their names.
  mutating func addImages(below folder: String, label: Int?, _ notes: inout FolderNotes) throws {
    // Links may lead in circles: what has been seen once is not searched again for the same class.
    var seen = above
    try add(folder, label: label, seen: &seen, &notes)
  }

  private mutating func add(
    _ folder: String, label: Int?, seen: inout Set<FileSystem.Identity>, _ notes: inout FolderNotes
  ) throws {
    let path = folder.isEmpty ? root : FileSystem.path(root, folder)
    if let identity = FileSystem.identity(of: path), !seen.insert(identity).inserted { return }
    let entries = try folderEntries(of: path)
    let number = list.addFolder(folder)
    for entry in entries {
      if entry.kind == .folder {
        try add(FileSystem.path(folder, entry.name), label: label, seen: &seen, &notes)
      } else if notes.leftOut.takes(entry, in: folder) {
        list.append(entry.name, folder: number, label: label)
      }
    }
  }

  /// Whether there is an image that is read in a folder or below it.
  static func findsImage(below folder: String) -> Bool {
    var seen: Set<FileSystem.Identity> = []
    return findsImage(below: folder, seen: &seen)
  }

  private static func findsImage(below folder: String, seen: inout Set<FileSystem.Identity>) -> Bool {
    guard let identity = FileSystem.identity(of: folder), seen.insert(identity).inserted else { return false }
    var folders: [String] = []
    // A folder that can't be read is not empty: reading it later says why.
    guard
      let found = try? FileSystem.hasEntry(
        in: folder,
        where: { entry in
          if entry.kind == .folder { folders.append(entry.name) }
          return entry.kind == .file && ImageFormat(extensionOf: entry.name)?.isReadable == true
        })
    else { return true }
    return found || folders.contains { findsImage(below: FileSystem.path(folder, $0), seen: &seen) }
  }
}

/// What a user should know about a folder.
struct FolderNotes {
  var leftOut = LeftOutFiles()
  private var emptyFolders: [String] = []
  private let root: String

  init(root: String) { self.root = root }

  /// Counts what lies beside the folders of classes or splits: files, and folders without images.
  mutating func look(beside folders: [String], in folder: String) throws {
    let known = Set(folders.map { Array($0.utf8) })
    for entry in try folderEntries(of: folder.isEmpty ? root : FileSystem.path(root, folder))
    where !known.contains(Array(entry.name.utf8)) {
      let path = folder.isEmpty ? entry.name : FileSystem.path(folder, entry.name)
      if entry.kind == .folder {
        if !ImageSearch.findsImage(below: FileSystem.path(root, path)) {
          emptyFolders.append(FileName.shown(path))
        }
      } else if leftOut.takes(entry, in: folder) {
        leftOut.addStray(entry.name, in: folder)
      }
    }
  }

  /// One sentence about each.
  var texts: [String] {
    let place = FileName.shown(root)
    let empty =
      emptyFolders.isEmpty
      ? nil : "no classes, since they have no images that are read: \(DatasetError.summary(of: emptyFolders))"
    return [leftOut.note, empty].compactMap { $0.map { "\(place): \($0)" } }
  }
}
