import XAIImage

/// Pictures that are decoded, resized and cropped, and what went wrong with the others.
struct PreparedBatch: Sendable {
  struct Picture: Sendable {
    let file: ImageFile
    /// What the model sees.
    let image: Image
  }

  var pictures: [Picture] = []
  var failures: [(file: ImageFile, failure: Failure)] = []

  /// Reads the pictures of some files.
  init(
    _ files: ArraySlice<ImageFile>, preprocessing: Preprocessing, pixelLimit: Int, appliesOrientation: Bool
  ) {
    for file in files {
      do {
        let image = try Image(
          contentsOf: file.path, pixelLimit: pixelLimit, applyOrientation: appliesOrientation)
        pictures.append(Picture(file: file, image: try preprocessing.resizedAndCropped(image)))
      } catch {
        var failure = Failure(error, otherwise: .inputData)
        if !failure.message.hasPrefix(file.path) { failure.message = "\(file.path): \(failure.message)" }
        failures.append((file, failure))
      }
    }
  }
}
