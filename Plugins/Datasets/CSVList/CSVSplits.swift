import XAICore
import XAIFoundation
import XAIImage

/// Makes splits of the images of a list.
struct CSVSplits {
  let images: [CSVImages.Image]
  let classes: CSVClasses
  /// The folder that paths begin at.
  let root: String
  let orientation: RGBImage.Orientation

  /// The splits that the list names; otherwise those that the rule makes.
  func splits(holdingOut holdOut: HoldOut) -> [DatasetSplit] {
    guard images.first?.split == nil else {
      let order = SplitNames.order
      let found = Dictionary(grouping: images.indices) { images[$0].split ?? "" }
      // The usual ones in their order, then the others in the order of the list.
      let names = found.keys.sorted { first, second in
        let places = [first, second].map { name in
          (order.firstIndex(of: name) ?? order.count, found[name]?.first ?? 0)
        }
        return places[0] < places[1]
      }
      return names.map { split(named: $0, of: found[$0] ?? []) }
    }
    if holdOut.share == 0 { return [split(named: "all", of: Array(images.indices))] }
    let flags = holdOut.flags(for: imageList(of: images.indices))
    return [
      split(named: DatasetSplit.train, of: images.indices.filter { !flags[$0] }),
      split(named: DatasetSplit.validation, of: images.indices.filter { flags[$0] }),
    ].filter { $0.count > 0 }
  }

  private func imageList(of indices: some Sequence<Int>) -> ImageList {
    var result = ImageList(root: root, orientation: orientation)
    let folder = result.addFolder("")
    for index in indices {
      result.append(
        images[index].file, folder: folder, label: images[index].label.map { classes.indices[$0] })
    }
    return result
  }

  private func split(named name: String, of indices: [Int]) -> DatasetSplit {
    let images = imageList(of: indices)
    guard self.images.contains(where: { !$0.objects.isEmpty }) else { return images.split(named: name) }
    let objects = indices.map { index in
      self.images[index].objects.map {
        LabelledBox(
          list: self.images[index].list, line: $0.line, classIndex: classes.indices[$0.label], box: $0.box)
      }
    }
    return images.split(named: name) { index, image in
      try objects[index].map { try $0.object(in: image) }
    }
  }
}

/// A box of the list, with its line.
private struct LabelledBox: Sendable {
  let list: String
  let line: Int
  let classIndex: Int
  let box: BoundingBox

  /// The object in its image; a box may reach beyond the image by a pixel, as rounding leaves it, and is cut there.
  func object(in image: RGBImage) throws -> SampleObject {
    let (width, height) = (Double(image.width), Double(image.height))
    let (right, bottom) = (box.x + box.width, box.y + box.height)
    guard box.x >= -1, box.y >= -1, right <= width + 1, bottom <= height + 1, box.x < width, box.y < height,
      right > 0, bottom > 0
    else {
      throw DatasetError.malformed(
        file: list, line: line,
        reason: "the box from (\(box.x), \(box.y)) to (\(right), \(bottom)) reaches beyond its image of "
          + "\(image.width)×\(image.height) pixels")
    }
    let (left, top) = (max(box.x, 0), max(box.y, 0))
    return SampleObject(
      classIndex: classIndex,
      box: BoundingBox(
        x: left, y: top, width: min(right, width) - left, height: min(bottom, height) - top))
  }
}
