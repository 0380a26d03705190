#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The keys of a `preprocessor_config.json` that have to do with images; absent keys are nil.
struct HuggingFaceConfiguration: Decodable {
  var processor: String?
  var olderProcessor: String?
  var doResize: Bool?
  var size: ConfiguredSize?
  var resample: Int?
  var doCentreCrop: Bool?
  var cropSize: ConfiguredSize?
  var doRescale: Bool?
  var rescaleFactor: Double?
  var doNormalise: Bool?
  var mean: [Double]?
  var deviation: [Double]?
  var cropFraction: Double?
  var doPad: Bool?
  var doFlipChannelOrder: Bool?

  enum CodingKeys: String, CodingKey {
    case processor = "image_processor_type"
    case olderProcessor = "feature_extractor_type"
    case doResize = "do_resize"
    case size
    case resample
    case doCentreCrop = "do_center_crop"
    case cropSize = "crop_size"
    case doRescale = "do_rescale"
    case rescaleFactor = "rescale_factor"
    case doNormalise = "do_normalize"
    case mean = "image_mean"
    case deviation = "image_std"
    case cropFraction = "crop_pct"
    case doPad = "do_pad"
    case doFlipChannelOrder = "do_flip_channel_order"
  }

  init(json data: Data) throws(PreprocessingError) {
    self = try decodeConfiguration(from: data)
  }

  /// Whether a plain number as `size` means the shorter side; it means a square in all other processors.
  var plainSizeIsShortestEdge: Bool {
    let name = processor ?? olderProcessor ?? ""
    return name.hasPrefix("CLIP") || name.hasPrefix("BitImage")
  }

  func rejectUnsupportedSteps() throws(PreprocessingError) {
    if let cropFraction {
      throw .unsupported(key: "crop_pct", value: "\(cropFraction)", alternatives: "size and crop_size")
    }
    if doFlipChannelOrder == true {
      throw .unsupported(
        key: "do_flip_channel_order", value: "true", alternatives: "false, and a model for RGB pictures")
    }
    if doPad == true {
      throw .unsupported(key: "do_pad", value: "true", alternatives: "false, and a size or crop_size")
    }
  }
}

/// A `size` or `crop_size`: a number, a pair of height and width, or an object of named sides.
enum ConfiguredSize: Decodable {
  case side(Int)
  case pair([Int])
  case named([String: Int])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let side = try? container.decode(Int.self) {
      self = .side(side)
    } else if let pair = try? container.decode([Int].self) {
      self = .pair(pair)
    } else {
      // Newer files name every side that a size may have, most of them null.
      self = .named(try container.decode([String: Int?].self).compactMapValues { $0 })
    }
  }

  /// The resize that the value stands for.
  func resize(key: String, isShortestEdge: Bool) throws(PreprocessingError) -> Preprocessing.Resize {
    switch self {
    case .side(let side) where isShortestEdge:
      return .shortestEdge(try checked(side, key: key))
    case .side(let side):
      return .exact(height: try checked(side, key: key), width: try checked(side, key: key))
    case .pair(let sides):
      guard sides.count == 2 else {
        throw .invalidValue(key: key, reason: "\(sides) is not height and width")
      }
      return .exact(height: try checked(sides[0], key: key), width: try checked(sides[1], key: key))
    case .named(let sides):
      if sides.count == 2, let height = sides["height"], let width = sides["width"] {
        return .exact(height: try checked(height, key: key), width: try checked(width, key: key))
      }
      if sides.count == 1, let edge = sides["shortest_edge"] {
        return .shortestEdge(try checked(edge, key: key))
      }
      throw .unsupported(
        key: key, value: "of \(sides.keys.sorted().joined(separator: ", "))",
        alternatives: "height and width, or shortest_edge")
    }
  }

  private func checked(_ side: Int, key: String) throws(PreprocessingError) -> Int {
    try checkedSide(side, key: key)
  }
}

/// A side that a configuration states, within what an image within the pixel limit may have.
func checkedSide(_ side: Int, key: String) throws(PreprocessingError) -> Int {
  guard (1...8192).contains(side) else {
    throw .invalidValue(key: key, reason: "\(side) is outside 1 to 8192 pixels")
  }
  return side
}

/// Decodes JSON; errors name the key.
func decodeConfiguration<T: Decodable>(from data: Data) throws(PreprocessingError) -> T {
  do {
    return try JSONDecoder().decode(T.self, from: data)
  } catch let error as DecodingError {
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context):
      let key = context.codingPath.map(\.stringValue).joined(separator: ".")
      guard !key.isEmpty else { throw .notJSON(reason: context.debugDescription) }
      throw .invalidValue(key: key, reason: context.debugDescription)
    case .dataCorrupted(let context):
      throw .notJSON(reason: context.debugDescription)
    @unknown default:
      throw .notJSON(reason: "\(error)")
    }
  } catch {
    throw .notJSON(reason: "\(error)")
  }
}
