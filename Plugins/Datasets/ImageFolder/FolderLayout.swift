import XAICore
import XAIFoundation
import XAIImage

/// How the folders of a data set are arranged.
struct FolderLayout {
  private enum Arrangement {
    /// Folders of splits, the one that says what the classes are first.
    case splits([(name: String, folder: String)])
    case classes
    case unlabelled
  }

  let root: String
  let classNames: [String]
  private let arrangement: Arrangement

  /// The folders of splits, in the order of the splits.
  private static let splitFolders = [
    (name: DatasetSplit.train, folder: "train"), (name: DatasetSplit.validation, folder: "val"),
    (name: DatasetSplit.validation, folder: "validation"), (name: "test", folder: "test"),
  ]

  init(of root: String) throws {
    let folders = try Self.folders(in: root)
    self.root = root
    if folders.isEmpty {
      (arrangement, classNames) = (.unlabelled, [])
    } else if let splits = try Self.splits(among: folders, of: root), let first = splits.first {
      (arrangement, classNames) = (.splits(splits), try Self.folders(in: FileSystem.path(root, first.folder)))
    } else {
      (arrangement, classNames) = (.classes, folders)
    }
  }

  private static func folders(in folder: String) throws -> [String] {
    try folderEntries(of: folder).filter { $0.kind == .folder }.map(\.name)
  }

  /// The folders of splits; nil where `train`, `val` and so on are classes that happen to be called so: where `train`
  /// has no folders of classes in it, or is not there and not all folders beside it are splits.
  private static func splits(
    among folders: [String], of root: String
  ) throws -> [(name: String, folder: String)]? {
    let present = splitFolders.filter { folders.contains($0.folder) }
    guard let first = present.first, first.folder == "train" || present.count == folders.count,
      try !Self.folders(in: FileSystem.path(root, first.folder)).isEmpty
    else { return nil }
    if present.filter({ $0.name == DatasetSplit.validation }).count > 1 {
      throw DatasetError.malformed(
        file: root, line: nil, reason: "there are folders 'val' and 'validation'. Keep one of them.")
    }
    return present
  }

  /// The splits that have images.
  func splits(holdingOut holdOut: HoldOut) throws -> [DatasetSplit] {
    let lists: [(name: String, list: PictureList)]
    switch arrangement {
    case .splits(let folders):
      lists = try folders.enumerated().map { place, split in
        (split.name, try self.list(of: split.folder, definesClasses: place == 0))
      }
    case .classes:
      let list = try pictures(ofClasses: classNames, in: nil, mayBeEmpty: false)
      let flags = holdOut.flags(for: list)
      lists = [
        (DatasetSplit.train, list.filter { !flags[$0] }),
        (DatasetSplit.validation, list.filter { flags[$0] }),
      ]
    case .unlabelled: lists = [("all", try pictures(in: nil))]
    }
    let splits = lists.filter { $0.list.count > 0 }.map { $0.list.split(named: $0.name) }
    guard !splits.isEmpty else { throw DatasetError.empty(place: root) }
    return splits
  }

  /// A split in a folder of its own; one that doesn't say what the classes are may lack some, or all.
  private func list(of folder: String, definesClasses: Bool) throws -> PictureList {
    if definesClasses { return try pictures(ofClasses: classNames, in: folder, mayBeEmpty: false) }
    let place = FileSystem.path(root, folder)
    let names = try Self.folders(in: place)
    if names.isEmpty { return try pictures(in: folder) }
    let known = Set(classNames)
    if let unknown = names.first(where: { !known.contains($0) }) {
      throw DatasetError.malformed(
        file: FileSystem.path(place, unknown), line: nil,
        reason:
          "the class '\(unknown)' is not among those for training (\(DatasetError.summary(of: classNames)))")
    }
    return try pictures(ofClasses: names, in: folder, mayBeEmpty: true)
  }

  /// The images of class folders in a folder below the root; the root itself is nil.
  private func pictures(
    ofClasses names: [String], in folder: String?, mayBeEmpty: Bool
  ) throws -> PictureList {
    let labels = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
    let place = folder.map { FileSystem.path(root, $0) } ?? root
    var search = PictureSearch(root: root, above: [root, place])
    for name in names {
      let path = folder.map { FileSystem.path($0, name) } ?? name
      let count = try search.addPictures(below: path, label: labels[name])
      if count == 0, !mayBeEmpty { throw DatasetError.emptyClass(name: name, place: place) }
    }
    return search.list
  }

  /// The images of a folder without classes.
  private func pictures(in folder: String?) throws -> PictureList {
    var search = PictureSearch(root: root, above: folder == nil ? [] : [root])
    _ = try search.addPictures(below: folder ?? "", label: nil)
    return search.list
  }
}

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
