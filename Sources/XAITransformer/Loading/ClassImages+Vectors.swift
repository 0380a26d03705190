package import XAICore
import XAIImage
import XAITensor
import XAIWeights

extension ClassImages {
  /// The class vectors of these images.
  ///
  /// - Parameters:
  ///   - width: elements of a feature.
  ///   - load: loads the model with some classes.
  package func vectors(
    width: Int, load: (ClassSource) throws -> any Model
  ) throws -> ClassVectors {
    // A cosine with the axes gives the directions of features as its logits.
    let axes = Tensor([width, width]) { axes in
      for index in 0..<width * width { axes[index] = index % (width + 1) == 0 ? 1 : 0 }
    }
    let model = try load(.vectors(ClassVectors(axes, names: (0..<width).map { "\($0)" }, scale: 1)))
    var means: [Float] = []
    for images in images {
      var sum = [Double](repeating: 0, count: width)
      for image in images {
        let direction = try model.logits(model.descriptor.preprocessing.tensor(from: image))
          .onHost("features of a class's image").elements
        for (i, value) in direction.enumerated() { sum[i] += Double(value) / Double(images.count) }
      }
      means += sum.map { Float($0) }
    }
    return try ClassVectors(Tensor([images.count, width], means), names: names, scale: scale)
  }
}
