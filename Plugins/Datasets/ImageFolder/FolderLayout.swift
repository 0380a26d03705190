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
  private let orientation: Image.Orientation
  private let arrangement: Arrangement

  /// The folders of splits, in the order of the splits.
  private static let splitFolders = [
    (name: DatasetSplit.train, folder: "train"), (name: DatasetSplit.validation, folder: "val"),
    (name: DatasetSplit.validation, folder: "validation"), (name: "test", folder: "test"),
  ]

  init(of root: String, orientation: Image.Orientation) throws {
    let folders = try Self.folders(in: root)
    self.root = root
    self.orientation = orientation
    if folders.isEmpty {
      (arrangement, classNames) = (.unlabelled, [])
    } else if let splits = try Self.splits(among: folders, of: root), let first = splits.first {
      (arrangement, classNames) = (.splits(splits), try Self.folders(in: FileSystem.path(root, first.folder)))
    } else {
      (arrangement, classNames) = (.classes, folders)
    }
  }

  /// The folders in a folder that have images: others are no classes.
  private static func folders(in folder: String) throws -> [String] {
    try folderEntries(of: folder).filter { $0.kind == .folder }.map(\.name)
      .filter { PictureSearch.findsPicture(below: FileSystem.path(folder, $0)) }
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

  /// The splits that have images, and what a user should know.
  func splits(holdingOut holdOut: HoldOut) throws -> (splits: [DatasetSplit], notes: [String]) {
    var notes = FolderNotes(root: root)
    let lists: [(name: String, list: PictureList)]
    switch arrangement {
    case .splits(let folders):
      try notes.look(beside: folders.map(\.folder), in: "")
      lists = try folders.enumerated().map { place, split in
        (split.name, try self.list(of: split.folder, definesClasses: place == 0, &notes))
      }
    case .classes:
      let list = try pictures(ofClasses: classNames, in: nil, &notes)
      let flags = holdOut.flags(for: list)
      lists = [
        (DatasetSplit.train, list.filter { !flags[$0] }),
        (DatasetSplit.validation, list.filter { flags[$0] }),
      ]
    case .unlabelled: lists = [("all", try pictures(in: nil, &notes))]
    }
    let splits = lists.filter { $0.list.count > 0 }.map { $0.list.split(named: $0.name) }
    guard !splits.isEmpty else { throw DatasetError.empty(place: root) }
    return (splits, notes.texts)
  }

  /// A split in a folder of its own; one that doesn't say what the classes are may lack some, or all.
  private func list(of folder: String, definesClasses: Bool, _ notes: inout FolderNotes) throws -> PictureList
  {
    if definesClasses { return try pictures(ofClasses: classNames, in: folder, &notes) }
    let place = FileSystem.path(root, folder)
    let names = try Self.folders(in: place)
    if names.isEmpty { return try pictures(in: folder, &notes) }
    let known = Set(classNames)
    if let unknown = names.first(where: { !known.contains($0) }) {
      throw DatasetError.malformed(
        file: FileSystem.path(place, unknown), line: nil,
        reason:
          "the class '\(unknown)' is not among those for training (\(DatasetError.summary(of: classNames)))")
    }
    return try pictures(ofClasses: names, in: folder, &notes)
  }

  /// The images of class folders in a folder below the root; the root itself is nil.
  private func pictures(
    ofClasses names: [String], in folder: String?, _ notes: inout FolderNotes
  ) throws -> PictureList {
    let labels = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
    let place = folder.map { FileSystem.path(root, $0) } ?? root
    var search = PictureSearch(root: root, above: [root, place], orientation: orientation)
    try notes.look(beside: names, in: folder ?? "")
    for name in names {
      try search.addPictures(
        below: folder.map { FileSystem.path($0, name) } ?? name, label: labels[name], &notes)
    }
    return search.list
  }

  /// The images of a folder without classes.
  private func pictures(in folder: String?, _ notes: inout FolderNotes) throws -> PictureList {
    var search = PictureSearch(root: root, above: folder == nil ? [] : [root], orientation: orientation)
    try search.addPictures(below: folder ?? "", label: nil, &notes)
    return search.list
  }
}
