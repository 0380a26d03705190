import XAICore
import XAIFoundation
import XAIImage

/// Images of noise with a box each, some of them damaged.
struct Scenes: Dataset {
  struct Options: PluginOptions {
    var count = 11
    /// An image that can't be opened; none where it is negative.
    var damaged = -1
    /// Whether the images have classes.
    var isLabelled = true

    /// Whether class c is called what the model's class 4 − c is.
    var isReversed = false
    /// A class that is called as none of the model's; none where it is negative.
    var renamed = -1

    static let table: [OptionSpec<Self>] = [
      OptionSpec("count", \.count, "images"),
      OptionSpec("damaged", \.damaged, "an image that can't be opened"),
      OptionSpec("reversed", \.isReversed, "whether the classes are in the opposite order"),
      OptionSpec("renamed", \.renamed, "a class of another name"),
      OptionSpec("labelled", \.isLabelled, "whether the images have classes"),
    ]
  }

  static let descriptor = DatasetDescriptor(
    id: "scenes", title: "Scenes", summary: "Images of noise", hasBoxes: true,
    citation: Citation(authors: "nobody", title: "none", venue: "none", year: 2026, identifier: "none"))

  let options: Options
  var classes: [DatasetClass] {
    (0..<5).map { [options] index in
      DatasetClass(
        index == options.renamed ? "mine" : "class \(options.isReversed ? 4 - index : index)")
    }
  }
  let splitNames = ["all"]

  init(options: Options = Options()) { self.options = options }

  func split(_ name: String) -> DatasetSplit {
    let options = options
    return DatasetSplit(
      name: name, count: options.count, identifier: { "image-\($0)" },
      label: { options.isLabelled ? $0 % 5 : nil },
      sample: { index in
        if index == options.damaged {
          throw DatasetError.missing(path: "image-\(index)", need: "the image is damaged")
        }
        var random = SeededRandom(seed: 7, UInt64(index))
        let image = try RGBImage(
          width: 15, height: 12,
          pixels: (0..<15 * 12 * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        // Every third image has two objects, every fourth none.
        let objects = [
          SampleObject(classIndex: index % 5, box: BoundingBox(x: 1, y: 1, width: 6, height: 5)),
          SampleObject(classIndex: (index + 2) % 5, box: BoundingBox(x: 8, y: 4, width: 6, height: 6)),
        ].prefix(index % 4 == 3 ? 0 : index % 3 == 0 ? 2 : 1)
        return Sample(image: image, label: options.isLabelled ? index % 5 : nil, objects: Array(objects))
      })
  }
}
