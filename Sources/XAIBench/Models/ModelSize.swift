import XAICore
import XAIFoundation
import XAIImage
package import XAITensor
package import XAITransformer

/// A size of vision transformers, by the letters of the field.
///
/// Sources: Dosovitskiy et al. 2021 (arXiv 2010.11929), Table 1, for B, L and H; Touvron et al. 2021 (arXiv 2012.12877),
/// Table 1, for Ti and S.
package enum ModelSize: String, CaseIterable, Sendable {
  /// ViT-Ti/16: 192 wide, 12 layers, 3 heads.
  case tiny = "ti"
  /// ViT-S/16: 384 wide, 12 layers, 6 heads.
  case small = "s"
  /// ViT-B/16: 768 wide, 12 layers, 12 heads.
  case base = "b"
  /// ViT-L/16: 1024 wide, 24 layers, 16 heads.
  case large = "l"
  /// ViT-H/14: 1280 wide, 32 layers, 16 heads.
  case huge = "h"

  /// The size as it is written in papers, with the pixels of a patch's side.
  package var name: String {
    let letters = rawValue.prefix(1).uppercased() + rawValue.dropFirst()
    return "ViT-\(letters)/\(configuration.patchHeight)"
  }

  /// Its configuration, for images of 224 × 224 pixels and the 1000 classes of ImageNet.
  package var configuration: VisionTransformerConfiguration {
    switch self {
    case .tiny: Self.configuration(width: 192, depth: 12, heads: 3)
    case .small: Self.configuration(width: 384, depth: 12, heads: 6)
    case .base: Self.configuration(width: 768, depth: 12, heads: 12)
    case .large: Self.configuration(width: 1024, depth: 24, heads: 16)
    case .huge: Self.configuration(width: 1280, depth: 32, heads: 16, patch: 14)
    }
  }

  private static func configuration(
    width: Int, depth: Int, heads: Int, patch: Int = 16
  ) -> VisionTransformerConfiguration {
    VisionTransformerConfiguration(
      imageHeight: 224, imageWidth: 224, patchHeight: patch, patchWidth: patch, width: width, depth: depth,
      headCount: heads, mlpWidth: 4 * width, epsilon: 1e-12, classCount: 1000)
  }

  /// A model of this size with random weights, made in memory.
  package func makeModel(on kernels: any Kernels) -> VisionTransformer {
    VisionTransformer(random: configuration, name: name, on: kernels)
  }
}

extension VisionTransformer {
  /// Makes a model of random weights for timing: quickly, and with activations that neither fade nor grow.
  ///
  /// Maps are uniform with Glorot and Bengio's variance (2010, equation 16), norms the identity. All are taken from one
  /// table of numbers, again and again: drawing each of the 304 million of a ViT-L takes longer than what is timed.
  package init(random configuration: VisionTransformerConfiguration, name: String, on kernels: any Kernels) {
    let naming = CheckpointNaming.huggingFace(root: "vit")
    var random = SeededRandom(seed: 1)
    // A prime length, so that rows of a matrix differ.
    let table = (0..<65_537).map { _ in 2 * random.uniform() - 1 }
    let weights = VisionTransformerWeights(configuration: configuration, naming: naming) { name, shape in
      guard shape.rank > 1 else { return Tensor(repeating: name.hasSuffix(".weight") ? 1 : 0, shape) }
      let bound = (6 / Float(shape[0] + shape.count / shape[0])).squareRoot()
      var next = Int(FNV1a(name).value % UInt64(table.count))
      return Tensor(shape) { elements in
        for index in 0..<shape.count {
          elements[index] = table[next] * bound
          next = next + 1 == table.count ? 0 : next + 1
        }
      }
    }
    let descriptor = ModelDescriptor(
      name: name, architecture: "vit", labels: (0..<configuration.classCount).map { "class \($0)" },
      layers: configuration.layerDescriptors,
      parameterCount: weights.parameterCount, layout: configuration.layout,
      preprocessing: Preprocessing(
        resize: .exact(height: configuration.imageHeight, width: configuration.imageWidth),
        normalisation: .half),
      capabilities: Self.capabilities)
    self.init(
      descriptor: descriptor, configuration: configuration, weights: weights, naming: naming, kernels: kernels
    )
  }
}
