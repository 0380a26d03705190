import XAICore
import XAIImage
import XAITensor

/// An image that is decoded, resized and cropped.
struct LoadedImage: Sendable {
  let position: Int
  let identifier: String
  let label: Int?
  /// A hash of what is judged.
  let content: String
  /// What the model sees, in 8 bits.
  let image: RGBImage
  /// What the model sees, as metrics take it.
  let subject: SubjectImage
  let objects: [ObjectRegion]
}

/// The images of a group, and what was wrong with the others.
struct LoadedGroup: Sendable {
  private(set) var images: [LoadedImage] = []
  private(set) var failures: [ImageResult] = []

  /// Reads images of a sample.
  ///
  /// - Parameter split: that of the data, with the model's classes.
  init(
    _ positions: Range<Int>, of data: EvaluationData, split: DatasetSplit, preprocessing: Preprocessing,
    profile: Profile?
  ) {
    for position in positions {
      let index = data.indices[position]
      let (identifier, label) = (split.identifier(index), split.label(index))
      do {
        let sample = try profile.measure("opening images") { try split.sample(index) }
        let image = try profile.measure("resizing") { try preprocessing.resizedAndCropped(sample.image) }
        images.append(
          LoadedImage(
            position: position, identifier: identifier, label: label,
            content: profile.measure("hashing images") { sample.contentHash(label: label) }, image: image,
            subject: try SubjectImage(
              pixels: try preprocessing.withoutResizing.unitPixels(from: [image])[0],
              preprocessing: preprocessing, identifier: identifier),
            objects: sample.objects.compactMap {
              ObjectRegion(of: $0, in: sample.image, preprocessing: preprocessing)
            }))
      } catch {
        failures.append(
          ImageResult(
            position: position, identifier: identifier, label: label, failure: "\(error)",
            isUnread: error.isOfReading))
      }
    }
  }
}
