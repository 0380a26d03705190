import XAIImage
import XAIWeights

extension Preprocessing {
  /// The keys of a `preprocessor_config.json` that say what the preprocessing does.
  static let huggingFaceKeys = [
    "do_resize", "size", "resample", "do_center_crop", "crop_size", "do_rescale", "rescale_factor",
    "do_normalize", "image_mean", "image_std",
  ]

  /// The members of a `preprocessor_config.json` that say the same; nil where its image processors can't do it.
  ///
  /// Every step is stated, on or off: what is absent has other defaults in every image processor.
  var huggingFaceMembers: [String: JSONValue]? {
    func sides(_ height: Int, _ width: Int) -> JSONValue {
      .object(["height": .integer(height), "width": .integer(width)])
    }
    var members: [String: JSONValue] = [
      "do_resize": .boolean(resize != .none), "resample": .integer(filter.pilCode),
      "do_center_crop": .boolean(crop != nil), "do_rescale": .boolean(rescaleFactor != nil),
      "do_normalize": .boolean(normalisation != nil),
    ]
    switch resize {
    case .none: break
    case .exact(let height, let width): members["size"] = sides(height, width)
    case .shortestEdge(let edge): members["size"] = .object(["shortest_edge": .integer(edge)])
    case .cover: return nil
    }
    if let crop {
      guard crop.rounding == .floor else { return nil }
      members["crop_size"] = sides(crop.height, crop.width)
    }
    if let rescaleFactor { members["rescale_factor"] = .double(rescaleFactor) }
    if let normalisation {
      members["image_mean"] = .array(normalisation.mean.map(\.decimal))
      members["image_std"] = .array(normalisation.deviation.map(\.decimal))
    }
    return members
  }
}

extension Float {
  /// The shortest decimal number that gives the same float: 0.485, not 0.48500001430511475.
  fileprivate var decimal: JSONValue { .double(Double(description) ?? Double(self)) }
}
