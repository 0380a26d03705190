import XAIImage
import XAITensor

/// Images that are decoded, resized and cropped, and what went wrong with the others.
struct PreparedBatch: Sendable {
  struct Picture: Sendable {
    let file: ImageFile
    /// What the model sees.
    let image: Image
  }

  var pictures: [Picture] = []
  var failures: [(file: ImageFile, failure: Failure)] = []

  /// Reads the images of some files.
  init(
    _ files: ArraySlice<ImageFile>, preprocessing: Preprocessing, pixelLimit: Int, appliesOrientation: Bool,
    profile: Profile?
  ) {
    for file in files {
      do {
        let image = try profile.measure("reading and decoding") {
          try Image(contentsOf: file.path, pixelLimit: pixelLimit, applyOrientation: appliesOrientation)
        }
        let seen = try profile.measure("resizing") { try preprocessing.resizedAndCropped(image) }
        pictures.append(Picture(file: file, image: seen))
      } catch {
        var failure = Failure(error, otherwise: .inputData)
        if !failure.message.hasPrefix(file.path) { failure.message = "\(file.path): \(failure.message)" }
        failures.append((file, failure))
      }
    }
  }
}
