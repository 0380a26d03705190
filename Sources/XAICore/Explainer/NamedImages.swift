public import XAIImage

/// Photographs by names that tell them apart, in an order: `["cat": cat, "dog": dog]`, or `NamedImages(zip(names, images))` where names
/// are known at run time only.
public struct NamedImages: Sendable, ExpressibleByDictionaryLiteral {
  /// What the images are called.
  public let names: [String]
  /// The images, in the same order.
  public let images: [RGBImage]

  /// Names images in a literal, in its order.
  public init(dictionaryLiteral elements: (String, RGBImage)...) { self.init(elements) }

  /// Takes pairs of names and images, in their order.
  public init(_ pairs: some Sequence<(String, RGBImage)>) {
    let pairs = Array(pairs)
    (names, images) = (pairs.map(\.0), pairs.map(\.1))
  }

  /// Takes the images of a dictionary, in the order of their names.
  public init(_ images: [String: RGBImage]) {
    self.init(images.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  }

  /// Reads image files, which are called by their paths.
  ///
  /// - Throws: `ImageError` for the first file that can't be read.
  public init(contentsOf paths: [String]) throws(ImageError) {
    var images: [RGBImage] = []
    for path in paths { images.append(try RGBImage(contentsOf: path)) }
    self.init(zip(paths, images))
  }

  /// The first name that another image has too; nil where none does.
  package var repeatedName: String? {
    var known: Set<String> = []
    return names.first { !known.insert($0).inserted }
  }
}

extension NamedImages: CustomStringConvertible {
  /// The names.
  public var description: String { names.joined(separator: ", ") }
}
