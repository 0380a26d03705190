import Foundation
import Testing
import XAICore
import XAIExplainers
import XAIImage
import XAIModels
import XAITensor
import XAITesting
import XAIWeights

/// A small backbone of `Tests/Fixtures/backbones` with what transformers, timm and PyTorch make of it.
struct BackboneFixture: Sendable, CustomTestStringConvertible {
  let name: String

  var testDescription: String { name }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/backbones")

  static let all = [
    "hf-vit", "hf-deit", "hf-beit", "hf-dinov2", "hf-dinov2-registers", "hf-mae", "hf-mae-pretraining",
    "hf-msn",
    "timm-vit", "timm-vit-gap", "timm-deit-distilled", "timm-beit", "timm-dinov2-registers",
  ].map { BackboneFixture(name: $0) }

  var path: String { Self.folder.appending(path: name).path }

  func load(
    _ classes: ClassSource? = nil, on kernels: AvailableKernels = .preferred
  ) throws -> any Model {
    try Registry(plugins: builtInModels + builtInExplainers).loadModel(
      path, classes: classes, on: kernels.make())
  }

  func expected(_ key: String) throws -> Tensor {
    try SafetensorsFile(path: "\(path)/expected.safetensors").tensor(key)
  }

  /// Whether something was computed; there is no norm of all tokens where one follows their mean.
  func has(_ key: String) -> Bool {
    (try? SafetensorsFile(path: "\(path)/expected.safetensors"))?[key] != nil
  }

  /// How many elements the features have.
  func featureCount() throws -> Int { try expected("features").shape[1] }

  /// The images of all fixtures, as inputs of the models, [2, 3, 12, 12].
  static func input() throws -> Tensor {
    try SafetensorsFile(path: folder.appending(path: "images.safetensors").path).tensor("input")
  }

  /// Three photographs, of which the first two are of one class.
  static func prototypes() throws -> [RGBImage] {
    let values = try SafetensorsFile(path: folder.appending(path: "images.safetensors").path).tensor(
      "prototypes")
    let (height, width) = (values.shape[2], values.shape[3])
    return try (0..<values.shape[0]).map { image in
      let planes = values[image].elements
      return try RGBImage(
        width: width, height: height,
        pixels: (0..<height * width).flatMap { pixel in
          (0..<3).map { UInt8(planes[$0 * height * width + pixel]) }
        })
    }
  }
}
