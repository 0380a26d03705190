package import XAIFoundation
package import XAIImage

/// Images in files, with their classes: some 30 bytes each, so that a list of a million is no burden.
package struct ImageList: Sendable {
  private struct Entry {
    /// Where the name ends in `names`; it begins where the one before ends.
    let end: Int
    let folder: Int32
    let label: Int32
  }

  /// The folder that paths begin at.
  private let root: String
  /// How images are turned.
  private let orientation: RGBImage.Orientation
  /// Folders below the root with a slash behind, or nothing for the root itself.
  private var folders: [String] = []
  private var names: [UInt8] = []
  private var entries: [Entry] = []

  /// Makes a list without images.
  package init(root: String, orientation: RGBImage.Orientation) {
    self.root = root
    self.orientation = orientation
  }

  /// How many images there are.
  package var count: Int { entries.count }

  /// Adds a folder that images lie in; the number stands for it.
  package mutating func addFolder(_ path: String) -> Int {
    folders.append(path.isEmpty ? "" : path + "/")
    return folders.count - 1
  }

  /// Adds an image of a folder.
  package mutating func append(_ name: String, folder: Int, label: Int?) {
    names.append(contentsOf: name.utf8)
    entries.append(Entry(end: names.count, folder: Int32(folder), label: label.map(Int32.init) ?? -1))
  }

  /// The path of an image below the root, as people read it: see `FileName.shown(_:)`.
  package func identifier(_ index: Int) -> String { FileName.shown(name(index)) }

  /// The path of an image below the root.
  private func name(_ index: Int) -> String {
    let entry = entries[index]
    let start = index == 0 ? 0 : entries[index - 1].end
    return folders[Int(entry.folder)] + String(decoding: names[start..<entry.end], as: UTF8.self)
  }

  /// The class of an image.
  package func label(_ index: Int) -> Int? {
    let label = entries[index].label
    return label < 0 ? nil : Int(label)
  }

  /// The path of an image.
  private func path(_ index: Int) -> String {
    let name = name(index)
    return name.utf8.first == UInt8(ascii: "/") ? name : FileSystem.path(root, name)
  }

  /// Opens an image.
  ///
  /// - Throws: `ImageError` for an image that is not there or damaged, `DatasetError` for what is no file.
  package func image(_ index: Int) throws -> RGBImage {
    let path = path(index)
    // Reading a pipe would wait for its writer.
    if FileSystem.kind(of: path) == .other {
      throw DatasetError.malformed(file: path, line: nil, reason: "this is no regular file")
    }
    return try RGBImage(contentsOf: path, orientation: orientation)
  }

  /// Whether an image is turned upright when it is opened.
  package func isTurned(_ index: Int) -> Bool { orientation == .upright && RGBImage.isTurned(path(index)) }

  /// The images for which `isIncluded` holds, in the same order.
  package func filter(_ isIncluded: (_ index: Int) -> Bool) -> ImageList {
    var list = ImageList(root: root, orientation: orientation)
    list.folders = folders
    for (index, entry) in entries.enumerated() where isIncluded(index) {
      list.names += names[(index == 0 ? 0 : entries[index - 1].end)..<entry.end]
      list.entries.append(Entry(end: list.names.count, folder: entry.folder, label: entry.label))
    }
    return list
  }

  /// The list as a split; `objects` says what is known about the objects in an image.
  package func split(
    named name: String,
    objects: @escaping @Sendable (_ index: Int, _ image: RGBImage) throws -> [SampleObject] = { _, _ in [] }
  ) -> DatasetSplit {
    DatasetSplit(
      name: name, count: count, identifier: identifier, label: label,
      sample: { index in
        let image = try image(index)
        return try Sample(image: image, label: label(index), objects: objects(index, image))
      }, isTurned: isTurned)
  }
}

extension RGBImage.Orientation: OptionValue {}

extension OptionSpec {
  /// The option of data sets of files that says how images are turned.
  package static func exif(_ property: any WritableKeyPath<Options, RGBImage.Orientation> & Sendable) -> Self
  {
    OptionSpec(
      "exif", property,
      "whether images are turned upright as their EXIF orientation says, or read as they are stored")
  }
}

/// What a folder of a data set holds: see ``FileSystem/entries(of:)``.
package func folderEntries(of folder: String) throws(DatasetError) -> [FileSystem.Entry] {
  do throws(ReadFailure) {
    return try FileSystem.entries(of: folder)
  } catch {
    throw .missing(
      path: folder, need: "the folder can't be read: \(error.reason). Check the path and its permissions.")
  }
}
