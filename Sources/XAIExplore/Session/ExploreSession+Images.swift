import XAICore
import XAIFoundation
import XAIImage
import XAITensor

/// Where a model's input lies on an image.
struct ExploreInput: Encodable {
  struct Rectangle: Encodable {
    let x: Int
    let y: Int
    let width: Int
    let height: Int
  }

  struct Extent: Encodable {
    let width: Int
    let height: Int
  }

  /// The part of the image that the model sees, in pixels of the image at its own size, upright.
  let crop: Rectangle
  /// What the model sees that part as.
  let resized: Extent
  /// The patches that lie on it.
  let grid: PatchGrid
}

/// A class by name.
struct ExploreClassName: Encodable {
  let index: Int
  let label: String
}

extension ExploreSession {
  /// The images with what is known of them.
  func imageList() -> [ExploreImageEntry] {
    images.all.map { ExploreImageEntry($0.id, $0.image, images.extent($0.id, $0.image)) }
  }

  /// Takes an image that was sent.
  func addImage(_ bytes: [UInt8], name: String) async throws -> ExploreImageEntry {
    let id = try await images.add(bytes, name: String(name.prefix(200)))
    let image = try images.image(id)
    return ExploreImageEntry(id, image, images.extent(id, image))
  }

  /// Takes the bytes of an image file, and gives the id that questions call it by.
  ///
  /// Of images that are taken so the last 64 are kept.
  /// - Throws: `ImageError` where they can't be decoded.
  public func add(image bytes: [UInt8], name: String) async throws -> String {
    try await images.add(bytes, name: name)
  }

  /// Where a model's input lies on an image.
  func input(ofImage id: String, model: String?) async throws -> ExploreInput {
    let model = try self.model(model).model
    let image = try await images.decoded(id)
    let view = model.descriptor.preprocessing.view(ofHeight: image.height, width: image.width)
    let (rows, columns) = view.seen
    return ExploreInput(
      crop: .init(x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count),
      resized: .init(width: view.width, height: view.height),
      grid: try model.layout(height: view.height, width: view.width).grid)
  }

  /// The patches of an image.
  func grid(ofImage id: String, of model: ExploreModel) async throws -> PatchGrid {
    let input = try await images.seen(id, by: model).input
    return try model.model.layout(height: input.shape[2], width: input.shape[3]).grid
  }

  /// The classes whose label has a text in it, whatever the case; those of which a name begins with it first.
  func classes(matching text: String, limit: Int, model: String?) throws -> [ExploreClassName] {
    let labels = try self.model(model).model.descriptor.labels
    let wanted = text.lowercased()
    var (first, rest): ([Int], [Int]) = ([], [])
    for (index, label) in labels.enumerated() {
      let label = label.lowercased()
      if wanted.isEmpty || String(index) == wanted || label.hasPrefix(wanted) || label.contains(", " + wanted)
      {
        first.append(index)
      } else if label.contains(wanted) {
        rest.append(index)
      }
    }
    return (first + rest).prefix(limit).map { ExploreClassName(index: $0, label: labels[$0]) }
  }
}
