import Synchronization
import XAIFoundation
public import XAIImage
public import XAITensor

/// An image that maps are judged on, shared by all of them: what is made of it is made once, when first asked for.
public final class SubjectPicture: Sendable {
  /// The image's name in its data set; empty where it has none.
  public let identifier: String
  /// The image that the model saw, after resize and crop, before mean and standard deviation: [3, H, W] in [0, 1].
  public let pixels: Tensor
  /// How the pixels become the model's input.
  public let preprocessing: Preprocessing
  private let whole: Lazy<Tensor>
  private let hidden = Mutex<[Fill: Tensor]>([:])

  /// Holds an image; traps when `pixels` are not three channels.
  public init(pixels: Tensor, preprocessing: Preprocessing, identifier: String = "") {
    precondition(
      pixels.shape.rank == 3 && pixels.shape[0] == 3,
      "the pixels of one picture are 3×height×width, not \(pixels.shape)")
    self.identifier = identifier
    self.pixels = pixels
    self.preprocessing = preprocessing
    whole = Lazy { preprocessing.normalised(pixels) }
  }

  /// The model's input: [3, H, W].
  public var input: Tensor { whole.value }

  /// The model's input where all of the image is hidden: [3, H, W].
  func input(of fill: Fill) -> Tensor {
    let whole = input
    return hidden.withLock { known in
      if let input = known[fill] { return input }
      let input = fill.input(hiding: whole, preprocessing: preprocessing)
      known[fill] = input
      return input
    }
  }
}
