import XAICore
import XAIFoundation
import XAIImage

/// The images of a split with their boxes.
struct TinyPictures {
  private static let tab = UInt8(ascii: "\t")

  private var list: PictureList
  private var boxes: [TinyBox?] = []

  /// The images of `train/<id>/images`, with the boxes of `train/<id>/<id>_boxes.txt` where there is such a file.
  init(training classes: TinyClasses, of root: String) throws {
    list = PictureList(root: root)
    for (label, id) in classes.ids.enumerated() {
      let folder = "train/\(id)"
      let names = try folderEntries(of: FileSystem.path(root, "\(folder)/images"))
        .filter { $0.kind == .file && ImageFormat(extensionOf: $0.name) != nil }.map(\.name)
      guard !names.isEmpty else {
        throw DatasetError.emptyClass(name: classes.names[label], place: FileSystem.path(root, folder))
      }
      let known = try Self.boxes(in: FileSystem.path(root, "\(folder)/\(id)_boxes.txt"))
      let number = list.addFolder("\(folder)/images")
      for name in names {
        list.append(name, folder: number, label: label)
        boxes.append(known[name])
      }
    }
  }

  /// The images that `val/val_annotations.txt` lists: file, WordNet id and box.
  init(validating classes: TinyClasses, of root: String) throws {
    let path = FileSystem.path(root, "val/val_annotations.txt")
    list = PictureList(root: root)
    let number = list.addFolder("val/images")
    var files: Set<String> = []
    for (index, line) in try TextFile.lines(of: path, need: "the labels of the validation pictures")
      .enumerated()
    {
      let fields = line.split(separator: Self.tab, omittingEmptySubsequences: false)
      guard fields.count == 6, let box = TinyBox(fields.dropFirst(2)) else {
        throw Self.malformed(path, line: index + 1, need: "file, WordNet id")
      }
      let id = try TextFile.text(fields[1], file: path, line: index + 1)
      guard let label = classes.indices[id] else {
        throw DatasetError.unknownLabel(
          file: path, line: index + 1, label: id, known: DatasetError.summary(of: classes.ids))
      }
      let file = try TextFile.text(fields[0], file: path, line: index + 1)
      guard files.insert(file).inserted else {
        throw DatasetError.malformed(file: path, line: index + 1, reason: "'\(file)' is there twice")
      }
      list.append(file, folder: number, label: label)
      boxes.append(box)
    }
    guard list.count > 0 else { throw DatasetError.empty(place: path) }
  }

  /// The list as a split; boxes grow or shrink with the images.
  func split(named name: String) -> DatasetSplit {
    list.split(named: name) { [list, boxes] index, image in
      guard let box = boxes[index], let label = list.label(index) else { return [] }
      return [SampleObject(classIndex: label, box: box.box(width: image.width, height: image.height))]
    }
  }

  /// The boxes of a class by file name; none where there is no list.
  private static func boxes(in path: String) throws -> [String: TinyBox] {
    guard FileSystem.kind(of: path) != nil else { return [:] }
    var boxes: [String: TinyBox] = [:]
    for (index, line) in try TextFile.lines(of: path, need: "the boxes of a class").enumerated() {
      let fields = line.split(separator: tab, omittingEmptySubsequences: false)
      guard fields.count == 5, let box = TinyBox(fields.dropFirst()) else {
        throw malformed(path, line: index + 1, need: "file")
      }
      boxes[try TextFile.text(fields[0], file: path, line: index + 1)] = box
    }
    return boxes
  }

  private static func malformed(_ path: String, line: Int, need: String) -> DatasetError {
    .malformed(
      file: path, line: line,
      reason: "this is not \(need) and x0, y0, x1, y1 from 0 to 63, with tabs between")
  }
}
