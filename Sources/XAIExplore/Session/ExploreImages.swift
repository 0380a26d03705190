import Synchronization
import XAICore
import XAIFoundation
public import XAIImage
import XAITensor

/// An image that a session is about: a file that was named when it began, or bytes that were sent since.
public struct ExploreImage: Sendable {
  /// Where the image is.
  public enum Source: Sendable {
    /// A file; it is read when it is needed.
    case file(String)
    /// The bytes of a file.
    case bytes([UInt8])
    /// An image that something else reads, such as a data set; it is asked each time.
    case opened(@Sendable () throws -> RGBImage)
  }

  /// What an evaluation found about the image.
  public struct Finding: Hashable, Sendable, Codable {
    /// The label of its own class.
    public var label: String?
    /// The place of that class among all that the model knows, from 1.
    public var rank: Int?
    /// The label of the class that the model gave it.
    public var predicted: String?
    /// The probability of that class.
    public var probability: Float?
    /// Whether that is its own class.
    public var correct: Bool?
    /// How little the methods agree about it: 1 minus the mean rank correlation of their maps.
    public var disagreement: Double?

    /// Makes a finding; by default nothing was found.
    public init() {}
  }

  /// What people call it.
  public var name: String
  /// Where it is.
  public var source: Source
  /// What an evaluation found about it; nil where there was none.
  public var finding: Finding?

  /// Describes an image.
  public init(name: String, source: Source, finding: Finding? = nil) {
    (self.name, self.source, self.finding) = (name, source, finding)
  }
}

/// The images of a session, and what was made of those that were used last.
final class ExploreImages: Sendable {
  /// What is kept of an image that was decoded.
  struct Decoded: Sendable {
    /// The extent at which it stands upright.
    let width: Int
    let height: Int
    let isTurned: Bool
    /// The file that is shown for it.
    let picture: Picture
  }

  /// A file of an image, as it is sent.
  struct Picture: Sendable {
    let type: String
    let bytes: [UInt8]
  }

  /// Columns and rows of an image, upright.
  struct Extent: Sendable {
    let width: Int
    let height: Int
  }

  private struct State {
    var order: [String]
    var images: [String: ExploreImage]
    var uploads: [String] = []
    var uploadCount = 0
  }

  /// The longest side of a picture that is shown.
  static let pictureSide = 1600
  /// Images that were sent and are kept; the oldest is forgotten first.
  static let uploadLimit = 64

  private let state: Guarded<State>
  private let decoded = BoundedCache<String, Decoded>(capacity: 32)
  private let thumbnails = BoundedCache<ThumbnailKey, Picture>(capacity: 1024)
  private let inputs = BoundedCache<InputKey, Seen>(capacity: 32)
  private let extents = Guarded<[String: Extent]>([:])
  /// Images are decoded one at a time, which bounds the memory.
  private let thread = WorkThread("xai.explore.images")
  private let pixelLimit: Int

  /// What a model sees of an image.
  struct Seen: Sendable {
    /// The model's input, [1, 3, H, W].
    let input: Tensor
    /// The same before mean and standard deviation, [3, H, W] in [0, 1].
    let pixels: Tensor
  }

  private struct ThumbnailKey: Hashable {
    let image: String
    let side: Int
  }

  private struct InputKey: Hashable {
    let image: String
    let preprocessing: Preprocessing
  }

  init(_ images: [ExploreImage], pixelLimit: Int) {
    self.pixelLimit = pixelLimit
    let named = images.enumerated().map { (String($0.offset + 1), $0.element) }
    state = Guarded(
      State(order: named.map(\.0), images: Dictionary(named) { first, _ in first }))
  }

  /// The ids and images, those that were sent last.
  var all: [(id: String, image: ExploreImage)] {
    state.withLock { state in state.order.compactMap { id in state.images[id].map { (id, $0) } } }
  }

  /// The image of an id.
  func image(_ id: String) throws(ExploreError) -> ExploreImage {
    guard let image = state.withLock({ $0.images[id] }) else {
      throw ExploreError(.notFound, "there is no image '\(FileName.shown(String(id.prefix(100))))'")
    }
    return image
  }

  /// Takes an image that was sent, if it can be decoded.
  func add(_ bytes: [UInt8], name: String) async throws -> String {
    let image = ExploreImage(name: name, source: .bytes(bytes))
    let decoded = try await thread.run { try self.decode(image) }
    let (id, forgotten) = state.withLock { state -> (String, String?) in
      state.uploadCount += 1
      let id = "u\(state.uploadCount)"
      state.images[id] = image
      state.order.append(id)
      state.uploads.append(id)
      guard state.uploads.count > Self.uploadLimit else { return (id, nil) }
      let oldest = state.uploads.removeFirst()
      state.images[oldest] = nil
      state.order.removeAll { $0 == oldest }
      return (id, oldest)
    }
    if let forgotten {
      self.decoded[forgotten] = nil
      extents.withLock { $0[forgotten] = nil }
      inputs.removeAll { $0.image == forgotten }
      thumbnails.removeAll { $0.image == forgotten }
    }
    self.decoded[id] = decoded
    return id
  }

  /// An image as it is shown, with its extent.
  func decoded(_ id: String) async throws -> Decoded {
    if let known = decoded[id] { return known }
    let image = try image(id)
    let made = try await thread.run { try self.decode(image) }
    decoded[id] = made
    return made
  }

  /// An image as it is shown with a longest side of at most so many pixels.
  func picture(_ id: String, side: Int) async throws -> Picture {
    guard side < Self.pictureSide else { return try await decoded(id).picture }
    let key = ThumbnailKey(image: id, side: side)
    if let known = thumbnails[key] { return known }
    let image = try image(id)
    let made = try await thread.run { try Self.picture(of: self.read(image).image, side: side) }
    thumbnails[key] = made
    return made
  }

  /// The image at its own size.
  func original(_ id: String) async throws -> RGBImage {
    let image = try image(id)
    return try await thread.run { try self.read(image).image }
  }

  /// The extent of an image as its file states it, without decoding; nil where it can't be read.
  func extent(_ id: String, _ image: ExploreImage) -> Extent? {
    if let known = extents.withLock({ $0[id] }) { return known }
    let extent: (width: Int, height: Int)? =
      switch image.source {
      case .file(let path):
        (try? FileBytes(mapping: path))?.withBytes { try? RGBImage.extent(of: $0, file: path) }
      case .bytes(let bytes): bytes.withUnsafeBytes { try? RGBImage.extent(of: $0, file: image.name) }
      case .opened: decoded[id].map { ($0.width, $0.height) }
      }
    guard let extent else { return nil }
    let known = Extent(width: extent.width, height: extent.height)
    extents.withLock { $0[id] = known }
    return known
  }

  /// What a model sees of an image.
  func seen(_ id: String, by model: ExploreModel) async throws -> Seen {
    let preprocessing = model.model.descriptor.preprocessing
    let key = InputKey(image: id, preprocessing: preprocessing)
    if let known = inputs[key] { return known }
    let image = try image(id)
    let seen = try await thread.run {
      let seen = try preprocessing.resizedAndCropped(self.read(image).image)
      let rest = preprocessing.withoutResizing
      return Seen(input: try rest.tensor(from: [seen]), pixels: try rest.unitPixels(from: [seen])[0])
    }
    inputs[key] = seen
    return seen
  }

  private func decode(_ image: ExploreImage) throws -> Decoded {
    let (pixels, isTurned) = try read(image)
    return Decoded(
      width: pixels.width, height: pixels.height, isTurned: isTurned, picture: try Self.picture(of: pixels))
  }

  private func read(_ image: ExploreImage) throws -> (image: RGBImage, isTurned: Bool) {
    switch image.source {
    case .file(let path): try RGBImage.read(path, pixelLimit: pixelLimit, orientation: .upright)
    case .bytes(let bytes):
      try RGBImage.read(bytes, file: image.name, pixelLimit: pixelLimit, orientation: .upright)
    case .opened(let open): (try open(), false)
    }
  }

  /// A small image as a PNG, pixel by pixel; a large one as a JPEG.
  private static func picture(of image: RGBImage, side: Int = pictureSide) throws -> Picture {
    let longest = max(image.width, image.height)
    guard longest > min(512, side) else { return Picture(type: "image/png", bytes: try image.png()) }
    let reduced =
      longest <= side
      ? image
      : image.resampled(
        width: max(image.width * side / longest, 1), height: max(image.height * side / longest, 1),
        filter: .bilinear)
    return Picture(type: "image/jpeg", bytes: try reduced.jpeg(quality: 92))
  }
}
