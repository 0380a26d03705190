import XAICore
import XAIFoundation
import XAIImage

/// The images of a split with their boxes.
struct TinyImages {
  private static let tab = UInt8(ascii: "\t")

  private var list: ImageList
  private var boxes: [TinyBox?] = []

  /// The images of `train/<id>/images`, with the boxes of `train/<id>/<id>_boxes.txt` where there is such a file.
  init(training classes: TinyClasses, of root: String, orientation: RGBImage.Orientation) throws {
    list = ImageList(root: root, orientation: orientation)
    for (label, id) in classes.ids.enumerated() {
      let folder = "train/\(id)"
      let names = try folderEntries(of: FileSystem.path(root, "\(folder)/images"))
        .filter { $0.kind == .file && ImageFormat(extensionOf: $0.name)?.isReadable == true }.map(\.name)
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
  init(validating classes: TinyClasses, of root: String, orientation: RGBImage.Orientation) throws {
    let path = FileSystem.path(root, "val/val_annotations.txt")
    list = ImageList(root: root, orientation: orientation)
    let number = list.addFolder("val/images")
    var files: Set<[UInt8]> = []
    for (index, line) in try TextFile.lines(of: path, need: "the labels of the validation images")
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
      guard files.insert(Array(file.utf8)).inserted else {
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

/// A box as the lists give it: the first and the last pixel of each axis, both inside, in images of 64×64 pixels.
///
/// The lists hold 0 to 63 and never 64, boxes of a whole image are `0 0 63 63`, and objects of one pixel's width begin
/// and end with the same number: both ends belong to the box, and its width is x₁ − x₀ + 1.
struct TinyBox: Sendable {
  /// The pixels of a side of the images that the lists speak of.
  private static let side = 64

  private let x0: UInt8
  private let y0: UInt8
  private let x1: UInt8
  private let y1: UInt8

  /// Reads four fields of a line; nil where they are no box.
  init?(_ fields: some Collection<ArraySlice<UInt8>>) {
    let numbers = fields.compactMap { UInt8(String(decoding: $0, as: UTF8.self)) }
    guard fields.count == 4, numbers.count == 4, numbers.allSatisfy({ $0 < Self.side }),
      numbers[0] <= numbers[2],
      numbers[1] <= numbers[3]
    else { return nil }
    (x0, y0, x1, y1) = (numbers[0], numbers[1], numbers[2], numbers[3])
  }

  /// The box in an image of another size.
  func box(width: Int, height: Int) -> BoundingBox {
    BoundingBox(
      x: Double(x0), y: Double(y0), width: Double(x1) - Double(x0) + 1, height: Double(y1) - Double(y0) + 1
    ).scaled(x: Double(width) / Double(Self.side), y: Double(height) / Double(Self.side))
  }
}

/// The classes of `wnids.txt` with their names.
struct TinyClasses {
  /// The file that lists the WordNet ids of the classes.
  static let list = "wnids.txt"
  private static let words = "words.txt"

  /// The WordNet ids by class index.
  let ids: [String]
  /// What they are called.
  let names: [String]
  /// The class index of each WordNet id.
  let indices: [String: Int]

  init(of root: String) throws {
    let path = FileSystem.path(root, Self.list)
    let lines = try TextFile.lines(of: path, need: "the WordNet ids of the classes")
    var ids: [String] = []
    var indices: [String: Int] = [:]
    for (index, line) in lines.enumerated() {
      let id = try TextFile.text(line, file: path, line: index + 1)
      guard !id.isEmpty, !id.contains("/"), !id.hasPrefix("."), indices.updateValue(index, forKey: id) == nil
      else {
        throw DatasetError.malformed(
          file: path, line: index + 1,
          reason: "'\(id)' is no WordNet id, or is there twice. Each line holds one.")
      }
      ids.append(id)
    }
    guard !ids.isEmpty else {
      throw DatasetError.malformed(file: path, line: nil, reason: "there are no classes")
    }
    self.ids = ids
    self.indices = indices
    self.names = try Self.names(of: ids, indices, in: FileSystem.path(root, Self.words))
  }

  /// The names of the classes among those of all WordNet: lines of id, tab, synonyms.
  private static func names(of ids: [String], _ indices: [String: Int], in path: String) throws -> [String] {
    var names = [String?](repeating: nil, count: ids.count)
    for (index, line) in try TextFile.lines(of: path, need: "the names of the classes").enumerated() {
      let fields = line.split(separator: UInt8(ascii: "\t"), maxSplits: 1)
      guard fields.count == 2, let place = indices[String(decoding: fields[0], as: UTF8.self)] else {
        continue
      }
      names[place] = try TextFile.text(fields[1], file: path, line: index + 1)
    }
    return try zip(ids, names).map { id, name in
      guard let name else {
        throw DatasetError.malformed(file: path, line: nil, reason: "'\(id)' has no name")
      }
      return name
    }
  }
}
