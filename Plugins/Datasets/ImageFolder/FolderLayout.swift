import XAICore
import XAIFoundation
import XAIImage

/// How the folders of a data set are arranged.
struct FolderLayout {
  /// A folder whose images are of one split and one class.
  private struct Part {
    /// Nil where the rule makes the splits.
    let split: String?
    /// Below the root.
    let folder: String
    /// Nil where images have no class.
    let label: Int?
  }

  let root: String
  let classNames: [String]
  private let orientation: RGBImage.Orientation
  /// Folders beside those of splits, which are left out.
  private var folderNotes: [String] = []
  /// What lies beside the folders of splits and classes.
  private var notes: FolderNotes
  private var parts: [Part] = []

  init(of root: String, orientation: RGBImage.Orientation) throws {
    self.root = root
    self.orientation = orientation
    notes = FolderNotes(root: root)
    let base = try Self.base(of: root)
    let place = base.isEmpty ? root : FileSystem.path(root, base)
    let folders = try Self.folders(in: place)
    if !base.isEmpty { try notes.look(beside: [base], in: "") }
    if folders.isEmpty {
      classNames = []
      parts = [Part(split: "all", folder: base, label: nil)]
    } else if let splits = try Self.splits(among: folders, in: place) {
      let first = try splits.first { try !Self.folders(in: FileSystem.path(place, $0.folder)).isEmpty }
      classNames = try first.map { try Self.classes(in: FileSystem.path(place, $0.folder)) } ?? []
      for split in splits { try add(split, in: base) }
      noteLeftOut(folders.filter { folder in !splits.contains { $0.folder == folder } }, in: place)
      try notes.look(beside: folders, in: base)
    } else {
      classNames = try Self.classes(in: place)
      let inner = try folders.map { try Self.splits(inClass: FileSystem.path(place, $0)) }
      for (label, folder) in folders.enumerated() {
        let path = FileSystem.path(base, folder)
        // Classes above splits, where all have them; otherwise folders in a class are part of it.
        if inner.contains(where: \.isEmpty) {
          parts.append(Part(split: nil, folder: path, label: label))
        } else {
          parts += inner[label].map {
            Part(split: $0.name, folder: FileSystem.path(path, $0.folder), label: label)
          }
        }
      }
      try notes.look(beside: folders, in: base)
    }
  }

  /// The folder that splits lie in: the only one of a root without images, or the root itself.
  private static func base(of root: String) throws -> String {
    let folders = try folders(in: root)
    guard folders.count == 1, SplitNames.standard(folders[0]) == nil, try images(in: root).isEmpty else {
      return ""
    }
    let inner = FileSystem.path(root, folders[0])
    return try splits(among: Self.folders(in: inner), in: inner) == nil ? "" : folders[0]
  }

  /// The folders in a folder that have images: others are no classes.
  private static func folders(in folder: String) throws -> [String] {
    try folderEntries(of: folder).filter { $0.kind == .folder }.map(\.name)
      .filter { ImageSearch.findsImage(below: FileSystem.path(folder, $0)) }
  }

  /// The class folders of a folder; throws where two look alike.
  private static func classes(in folder: String) throws -> [String] {
    let names = try folders(in: folder)
    try DatasetClass.checkAppearance(of: names, place: folder)
    return names
  }

  /// The names of the images of a folder.
  private static func images(in folder: String) throws -> [String] {
    try folderEntries(of: folder).filter {
      $0.kind == .file && ImageFormat(extensionOf: $0.name)?.isReadable == true
    }
    .map(\.name)
  }

  /// The folders of splits, in their usual order; nil where `train`, `val` and so on are classes that happen to be called
  /// so: where there are other folders, and none for training with folders of classes in it.
  private static func splits(
    among folders: [String], in place: String
  ) throws -> [(name: String, folder: String)]? {
    let named = folders.compactMap { folder in SplitNames.standard(folder).map { (name: $0, folder: folder) }
    }
    let present = SplitNames.order.flatMap { name in named.filter { $0.name == name } }
    guard let first = present.first else { return nil }
    if present.count < folders.count {
      guard first.name == DatasetSplit.train,
        try !Self.folders(in: FileSystem.path(place, first.folder)).isEmpty
      else { return nil }
    }
    for (split, next) in zip(present, present.dropFirst()) where split.name == next.name {
      throw DatasetError.malformed(
        file: place, line: nil,
        reason: "there are folders '\(split.folder)' and '\(next.folder)', both for \(split.name). "
          + "Keep one of them.")
    }
    return present
  }

  /// The folders of splits inside the folder of a class, where it has nothing else.
  private static func splits(inClass folder: String) throws -> [(name: String, folder: String)] {
    let folders = try folders(in: folder)
    guard !folders.isEmpty, folders.allSatisfy({ SplitNames.standard($0) != nil }),
      try images(in: folder).isEmpty
    else { return [] }
    return try splits(among: folders, in: folder) ?? []
  }

  /// Adds a split in a folder of its own; one that doesn't say what the classes are may lack some, or all.
  private mutating func add(_ split: (name: String, folder: String), in base: String) throws {
    let path = FileSystem.path(base, split.folder)
    let place = FileSystem.path(root, path)
    let names = try Self.folders(in: place)
    guard !names.isEmpty else {
      parts.append(Part(split: split.name, folder: path, label: nil))
      return
    }
    let labels = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
    for name in names {
      guard let label = labels[name] else {
        throw DatasetError.malformed(
          file: FileSystem.path(place, name), line: nil,
          reason:
            "the class '\(name)' is not among those for training (\(DatasetError.summary(of: classNames)))")
      }
      parts.append(
        Part(
          split: split.name, folder: FileSystem.path(path, name), label: label))
    }
    try notes.look(beside: names, in: path)
  }

  private mutating func noteLeftOut(_ folders: [String], in place: String) {
    guard !folders.isEmpty else { return }
    folderNotes.append(
      "\(FileName.shown(place)): \(folders.count == 1 ? "the folder" : "the folders") "
        + "\(DatasetError.summary(of: folders.map(FileName.shown))) beside the splits "
        + "\(folders.count == 1 ? "is" : "are") left out")
  }

  /// The splits that have images, and what a user should know.
  func splits(holdingOut holdOut: HoldOut) throws -> (splits: [DatasetSplit], notes: [String]) {
    var notes = notes
    var lists: [(name: String, list: ImageList)] = []
    let stated = Set(parts.compactMap(\.split))
    for name in stated.count == 1 ? Array(stated) : SplitNames.order where stated.contains(name) {
      lists.append((name, try images(of: parts.filter { $0.split == name }, &notes)))
    }
    let others = parts.filter { $0.split == nil }
    if !others.isEmpty {
      let list = try images(of: others, &notes)
      let flags = holdOut.flags(for: list)
      lists += [
        (DatasetSplit.train, list.filter { !flags[$0] }),
        (DatasetSplit.validation, list.filter { flags[$0] }),
      ]
    }
    let splits = lists.filter { $0.list.count > 0 }.map { $0.list.split(named: $0.name) }
    guard !splits.isEmpty else { throw DatasetError.empty(place: root) }
    return (splits, folderNotes + notes.texts)
  }

  /// The images of some folders.
  private func images(of parts: [Part], _ notes: inout FolderNotes) throws -> ImageList {
    // Links that lead back to the folders above are not followed.
    let above = Set(
      parts.flatMap { part in
        part.folder.isEmpty
          ? [] : [root, part.label == nil ? root : FileSystem.folder(of: FileSystem.path(root, part.folder))]
      })
    var search = ImageSearch(root: root, above: above.sorted(), orientation: orientation)
    for part in parts { try search.addImages(below: part.folder, label: part.label, &notes) }
    return search.list
  }
}
