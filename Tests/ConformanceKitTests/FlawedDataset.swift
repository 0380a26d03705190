import Synchronization
import XAICore
import XAIImage

/// What a data set does wrong.
enum Flaw: String, OptionValue, CaseIterable {
  case none
  case throwsAtOnce, noSplits, twoOfOneName, trainLast, closedSplit, anySplit, otherError, emptySplit
  case sameIdentifiers, absoluteIdentifier, labelOutside, otherLabel, changingSample, throwingSample
  case undeclaredLabel, boxOutside, boxWithoutArea, boxRoundedOver, maskOfAnotherSize, maskBeyondBox,
    emptyMask
  case noObjects
}

struct FlawedOptions: PluginOptions {
  var flaw = Flaw.none

  init() {}

  init(_ flaw: Flaw) { self.flaw = flaw }

  static let table: [OptionSpec<Self>] = [OptionSpec("flaw", \.flaw, "what is wrong")]
}

private let calls = Atomic(0)

/// Two splits of three grey images of 6×4 pixels, with an object in each.
struct FlawedDataset: Dataset {
  static let descriptor = DatasetDescriptor(
    id: "flawed", title: "Flawed", summary: "Images with a flaw", hasBoxes: true, hasMasks: true,
    citation: Citation(authors: "A", title: "T", venue: "V", year: 2020, identifier: "I"))

  let options: FlawedOptions
  let classes = [DatasetClass("cat"), DatasetClass("dog")]

  private var flaw: Flaw { options.flaw }

  init(options: FlawedOptions) throws {
    if options.flaw == .throwsAtOnce { throw DatasetError.empty(place: "here") }
    self.options = options
  }

  var splitNames: [String] {
    switch flaw {
    case .noSplits: []
    case .twoOfOneName: ["train", "train"]
    case .trainLast: ["validation", "train"]
    default: ["train", "validation"]
    }
  }

  func split(_ name: String) throws -> DatasetSplit {
    guard splitNames.contains(name) || flaw == .anySplit, flaw != .closedSplit else {
      if flaw == .otherError { throw DatasetError.empty(place: name) }
      throw DatasetError.noSplit(name: name, dataset: "flawed", known: splitNames)
    }
    return DatasetSplit(
      name: name, count: flaw == .emptySplit ? 0 : 3,
      identifier: { [flaw] index in
        "\(flaw == .absoluteIdentifier ? "/" : "")\(name)/\(flaw == .sameIdentifiers ? 0 : index).png"
      },
      label: { [flaw] index in flaw == .labelOutside ? 2 : index % 2 },
      sample: { [flaw] index in try Self.sample(index, flaw) })
  }

  private static func sample(_ index: Int, _ flaw: Flaw) throws -> Sample {
    if flaw == .throwingSample { throw ImageError.empty(file: "\(index).png") }
    let call = calls.wrappingAdd(1, ordering: .relaxed).newValue
    let grey = UInt8(truncatingIfNeeded: flaw == .changingSample ? call : index)
    let image = RGBImage(width: 6, height: 4, filledWith: Colour(grey, grey, grey))
    let label = flaw == .labelOutside ? 2 : flaw == .otherLabel ? (index + 1) % 2 : index % 2
    return Sample(image: image, label: label, objects: flaw == .noObjects ? [] : [try object(index, flaw)])
  }

  /// A box of 3×2 pixels with a mask of the pixel in its upper left corner.
  private static func object(_ index: Int, _ flaw: Flaw) throws -> SampleObject {
    var box = BoundingBox(x: 3, y: 1, width: 3, height: 2)
    switch flaw {
    case .boxOutside: box.x = 3.5
    case .boxRoundedOver: box.width += 1e-9
    case .boxWithoutArea: box.height = 0
    default: break
    }
    let size = flaw == .maskOfAnotherSize ? (width: 5, height: 4) : (width: 6, height: 4)
    let pixels = (0..<size.width * size.height).map { pixel in
      switch flaw {
      case .emptyMask: false
      case .maskBeyondBox: pixel == 0
      default: pixel == size.width + 3
      }
    }
    return SampleObject(
      classIndex: flaw == .undeclaredLabel ? -1 : index % 2, box: box,
      mask: try Mask(width: size.width, height: size.height, pixels: pixels))
  }
}
