import XAICore
import XAIFoundation
import XAIImage

/// Cuts and mirrors images at random, and brings them to the model's input size.
struct Augmentation: Sendable {
  private let recipe: Recipe
  private let preprocessing: Preprocessing
  private let height: Int
  private let width: Int
  private let larger: Preprocessing

  /// Makes an augmentation for a model's preprocessing, which ends in `height` × `width`.
  init(recipe: Recipe, preprocessing: Preprocessing, height: Int, width: Int) {
    self.recipe = recipe
    self.preprocessing = preprocessing
    (self.height, self.width) = (height, width)
    // The crop that leaves an eighth of each side, 256 to 224, as for the networks of Krizhevsky et al. 2012.
    larger = preprocessing.withInputSize(height: (height * 8 + 6) / 7, width: (width * 8 + 6) / 7)
  }

  /// The 8-bit image of the input size.
  ///
  /// - Parameter random: decides crop and mirroring; an image takes the same numbers whatever its size.
  func prepared(_ image: RGBImage, random: inout SeededRandom) throws(PreprocessingError) -> RGBImage {
    let isMirrored = recipe.flip && random.uniform() < 0.5
    let cut: RGBImage
    switch recipe.crop {
    case .none: cut = try preprocessing.resizedAndCropped(image)
    case .shifted:
      let whole = try larger.resizedAndCropped(image)
      let x = Int(random.uniform() * Float(whole.width - width + 1))
      let y = Int(random.uniform() * Float(whole.height - height + 1))
      cut = whole.part(x: x, y: y, width: width, height: height)
    case .resized:
      guard image.width > 0, image.height > 0 else { throw .emptyImage }
      cut = randomPart(of: image, random: &random)
        .resampled(width: width, height: height, filter: preprocessing.filter)
    }
    return isMirrored ? cut.mirrored() : cut
  }

  /// A part of random area, from `cropScale` of the image to all of it, and an aspect ratio from 3/4 to 4/3.
  ///
  /// The ratio is uniform in its logarithm (Szegedy and others 2015, arXiv 1409.4842, section 6). Where ten draws don't
  /// fit, it is all of the image.
  private func randomPart(of image: RGBImage, random: inout SeededRandom) -> RGBImage {
    for _ in 0..<10 {
      let share = recipe.cropScale + (1 - recipe.cropScale) * Double(random.uniform())
      let ratio = exponential((2 * Double(random.uniform()) - 1) * logarithm(4.0 / 3))
      let area = share * Double(image.width * image.height)
      let partWidth = Int((area * ratio).squareRoot().rounded())
      let partHeight = Int((area / ratio).squareRoot().rounded())
      guard (1...image.width).contains(partWidth), (1...image.height).contains(partHeight) else { continue }
      let x = Int(random.uniform() * Float(image.width - partWidth + 1))
      let y = Int(random.uniform() * Float(image.height - partHeight + 1))
      return image.part(x: x, y: y, width: partWidth, height: partHeight)
    }
    return image
  }
}
