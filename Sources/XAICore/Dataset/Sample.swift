import XAIFoundation
public import XAIImage
import XAITensor

/// An image with what is known about it.
public struct Sample: Sendable {
  /// The image in its own size.
  public let image: RGBImage
  /// The class of the image; nil where it is not known, or is not one alone.
  public let label: Int?
  /// The objects whose place is known.
  public let objects: [SampleObject]

  /// Holds an image with what is known about it.
  public init(image: RGBImage, label: Int?, objects: [SampleObject] = []) {
    self.image = image
    self.label = label
    self.objects = objects
  }
}

/// An object in an image.
public struct SampleObject: Hashable, Sendable {
  /// Its class.
  public let classIndex: Int
  /// The smallest box around it, where it is known.
  public let box: BoundingBox?
  /// Its pixels, where they are known.
  public let mask: Mask?

  /// Describes an object.
  public init(classIndex: Int, box: BoundingBox?, mask: Mask? = nil) {
    self.classIndex = classIndex
    self.box = box
    self.mask = mask
  }
}

/// A box in an image, in pixels of the image; it may end between pixels.
public struct BoundingBox: Hashable, Sendable, Codable {
  /// The left edge, from the left edge of the image.
  public var x: Double
  /// The upper edge, from the upper edge of the image.
  public var y: Double
  /// From the left to the right edge.
  public var width: Double
  /// From the upper to the lower edge.
  public var height: Double

  /// Makes a box from its left and upper edge and its extent.
  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// The same box in an image that is this many times as wide and high.
  public func scaled(x horizontally: Double, y vertically: Double) -> BoundingBox {
    BoundingBox(
      x: x * horizontally, y: y * vertically, width: width * horizontally, height: height * vertically)
  }

  /// Whether a point of the image is in the box; its right and lower edge are not.
  public func contains(x: Double, y: Double) -> Bool {
    // Comparisons, since a range traps where a width is negative.
    self.x <= x && x < self.x + width && self.y <= y && y < self.y + height
  }
}

/// The pixels of an object: rows from top to bottom, one entry per pixel of the image.
public struct Mask: Hashable, Sendable {
  /// Pixels of a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Whether a pixel belongs to the object, row by row.
  public let pixels: [Bool]

  /// Makes a mask.
  ///
  /// - Throws: `DatasetError.wrongMask` where there are not `width × height` pixels.
  public init(width: Int, height: Int, pixels: [Bool]) throws(DatasetError) {
    guard TensorShape(checking: [height, width])?.count == pixels.count else {
      throw .wrongMask(pixels: pixels.count, width: width, height: height)
    }
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Makes a mask of an image that was drawn with it, which has the same side.
  package init(ofSide side: Int, _ pixels: [Bool]) {
    require(pixels.count == side * side, "\(pixels.count) pixels do not make a mask of \(side)×\(side)")
    (width, height) = (side, side)
    self.pixels = pixels
  }
}

extension Mask {
  /// Whether the pixel that a point of the image lies in belongs to the object; none outside of the image does.
  public func contains(x: Double, y: Double) -> Bool {
    guard x >= 0, y >= 0, x < Double(width), y < Double(height) else { return false }
    return pixels[Int(y) * width + Int(x)]
  }

  /// The smallest box around the object; nil for a mask without pixels.
  public var box: BoundingBox? {
    var (left, right, top, bottom) = (width, -1, height, -1)
    for y in 0..<height {
      for x in 0..<width where pixels[y * width + x] {
        (left, right) = (min(left, x), max(right, x))
        (top, bottom) = (min(top, y), max(bottom, y))
      }
    }
    guard right >= 0 else { return nil }
    return BoundingBox(
      x: Double(left), y: Double(top), width: Double(right - left + 1), height: Double(bottom - top + 1))
  }
}
