import Foundation
import Testing
import XAIImage

/// A tiny training: images of two colours, and a model of one layer.
struct TrainingFixture {
  let folder: TemporaryFolder

  /// Writes `count` images a class for training and half as many for validation, and the configuration of a model.
  init(images count: Int = 12, side: Int = 40) throws {
    folder = try TemporaryFolder()
    for (split, share) in [("train", count), ("val", count / 2)] {
      for (colour, name) in ["blue", "red"].enumerated() {
        for index in 0..<share {
          try folder.write(
            Self.image(red: colour == 1, seed: index, side: side).png(),
            to: "data/\(split)/\(name)/\(index).png")
        }
      }
    }
    let configuration = """
      {"architectures": ["ViTForImageClassification"], "model_type": "vit", "hidden_size": 16, \
      "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32, "image_size": 32, \
      "patch_size": 8, "num_channels": 3, "qkv_bias": true, "hidden_act": "gelu", "layer_norm_eps": 1e-12}
      """
    try folder.write(configuration.utf8, to: "config/config.json")
  }

  var data: String { folder.path("data") }
  var configuration: String { folder.path("config") }
  func output(_ name: String) -> String { folder.path(name) }

  /// The arguments of a training from scratch of 60 steps.
  func arguments(_ output: String, _ more: String...) -> [String] {
    [
      "train", "--from-scratch", configuration, "--data", data, "--output", self.output(output), "--epochs",
      "20", "--batch-size", "8", "--learning-rate", "0.003",
    ] + more
  }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: folder.url.appending(path: name)) }

  private static func image(red: Bool, seed: Int, side: Int) throws -> RGBImage {
    let pixels = (0..<side * side).flatMap { pixel -> [UInt8] in
      let noise = UInt8(truncatingIfNeeded: (pixel &* 31) ^ (seed &* 17)) / 4
      return red ? [150 + noise, 40, noise] : [noise, 40, 150 + noise]
    }
    return try RGBImage(width: side, height: side, pixels: pixels)
  }
}
