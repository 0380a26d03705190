import XAICore
import XAIFoundation
import XAIImage

extension Sample {
  /// A hash of what is judged, 16 hexadecimal digits: extent and pixels as they were read, label, boxes and masks.
  func contentHash(label: Int?) -> String {
    var hash = FNV1a()
    hash.add(delimited: "\(image.width)×\(image.height)")
    image.pixels.withUnsafeBytes { hash.add($0) }
    hash.add(delimited: label.map(String.init) ?? "")
    for object in objects {
      hash.add(delimited: "\(object.classIndex)")
      for number in object.box.map({ [$0.x, $0.y, $0.width, $0.height] }) ?? [] {
        hash.add(number.bitPattern)
      }
      for mask in object.mask.map({ [$0] }) ?? [] {
        hash.add(delimited: "\(mask.width)×\(mask.height)")
        for pixel in mask.pixels { hash.add(pixel ? 1 : 0) }
      }
    }
    return hash.text
  }
}

extension Error {
  /// Whether it says that a file could not be read.
  ///
  /// That may pass: a folder that is away, a network that fails. What is damaged stays so.
  var isOfReading: Bool {
    switch self {
    case let error as ImageError: if case .unreadable = error { true } else { false }
    case is ReadFailure: true
    default: false
    }
  }
}
