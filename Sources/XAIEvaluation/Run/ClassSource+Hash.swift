public import XAICore
import XAIFoundation
import XAIImage
import XAITensor

extension ClassSource {
  /// A hash of the classes and all that makes them, 16 hexadecimal digits: a model with other classes is another model.
  public func contentHash() -> String {
    var hash = FNV1a()
    func add(_ texts: [String]) {
      hash.add(UInt64(texts.count))
      for text in texts { hash.add(delimited: text) }
    }
    func add(_ scale: Float?) { hash.add(UInt64(scale?.bitPattern ?? 0)) }
    switch self {
    case .names(let names): add(["names"] + names)
    case .features(let indices): add(["features"] + indices.map(String.init))
    case .vectors(let vectors):
      add(["vectors"] + vectors.names)
      add(vectors.scale)
      for element in vectors.vectors.elements { hash.add(UInt64(element.bitPattern)) }
    case .texts(let texts):
      add(["texts"] + texts.names)
      add(texts.templates)
      add(texts.scale)
    case .images(let classes):
      add(["images"] + classes.names)
      add(classes.scale)
      for images in classes.images {
        hash.add(UInt64(images.count))
        for image in images {
          hash.add(delimited: "\(image.width)×\(image.height)")
          for value in image.pixels { hash.add(UInt64(value)) }
        }
      }
    }
    return hash.text
  }
}
