import Foundation
import Testing
import XAIFoundation
import XAIImage
import XAITensor
import XAIWeights

@testable import XAICore

/// What configurations of `transformers` and timm make of an image.
@Suite struct PreprocessingConfigurationTests {
  /// What the Python side made of the image `rgb8.png` of `Tests/Fixtures/images`; see `generate.py` there.
  struct Golden: Decodable {
    /// The 8-bit stage as a hash, and some rows of each channel of the tensor.
    struct Preprocessed: Decodable, CustomStringConvertible {
      var configuration: String
      var width: Int
      var height: Int
      var sha256: String
      var rows: [Int]
      var values: [[[Float]]]

      var description: String { "\(height)×\(width) of \(configuration)" }
    }

    var huggingFace: [Preprocessed]
    var timm: [Preprocessed]

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/images")

    static let shared: Golden = {
      do {
        return try JSONDecoder().decode(
          Golden.self, from: Data(contentsOf: folder.appending(path: "golden.json")))
      } catch {
        fatalError("golden.json: \(error)")
      }
    }()
  }

  private static let fallback = Preprocessing(
    resize: .exact(height: 224, width: 224), normalisation: .half)

  private func huggingFace(_ json: String, modelType: String? = "vit") throws -> Preprocessing {
    try Preprocessing(
      huggingFace: Configuration(text: json, file: "preprocessor_config.json"), modelType: modelType,
      fallback: Self.fallback)
  }

  private func timm(_ json: String) throws -> Preprocessing {
    try Preprocessing(timm: Configuration(text: json, file: "config.json"))
  }

  @Test("Hugging Face's processors give the same bytes and tensors", arguments: Golden.shared.huggingFace)
  func huggingFace(expected: Golden.Preprocessed) throws {
    try check(huggingFace(expected.configuration), expected)
  }

  @Test("timm's transforms give the same bytes and tensors", arguments: Golden.shared.timm)
  func timm(expected: Golden.Preprocessed) throws {
    try check(timm(expected.configuration), expected)
    // A config.json of the Hub holds the same object under a key.
    try check(timm("{\"architecture\": \"vit\", \"pretrained_cfg\": \(expected.configuration)}"), expected)
  }

  private func check(_ preprocessing: Preprocessing, _ expected: Golden.Preprocessed) throws {
    let scene = try RGBImage(contentsOf: Golden.folder.appending(path: "rgb8.png").path)
    let image = try preprocessing.resizedAndCropped(scene)
    #expect(image.height == expected.height && image.width == expected.width)
    #expect(SHA256.text(image.pixels) == expected.sha256)
    let tensor = try preprocessing.tensor(from: scene)
    #expect(tensor.shape == [1, 3, expected.height, expected.width])
    for channel in 0..<3 {
      for (row, values) in zip(expected.rows, expected.values[channel]) {
        for (value, wanted) in zip(tensor[0][channel][row].elements, values) {
          #expect(abs(value - wanted) <= 1e-6 * max(1, abs(wanted)))
        }
      }
    }
  }

  /// Values are the class attributes in `transformers` 5.24.
  @Test("what a configuration leaves out has the defaults of its class")
  func classDefaults() throws {
    let vit = try huggingFace("{}")
    #expect(vit == Preprocessing(resize: .exact(height: 224, width: 224), normalisation: .half))
    let clip = Preprocessing.Normalisation(
      mean: [0.48145466, 0.4578275, 0.40821073], standardDeviation: [0.26862954, 0.26130258, 0.27577711])
    let bit = Preprocessing(
      resize: .shortestEdge(224), filter: .bicubic, crop: .init(height: 224, width: 224), normalisation: clip)
    #expect(try huggingFace("{}", modelType: "dinov2") == bit)
    #expect(try huggingFace(#"{"image_processor_type": "BitImageProcessorFast"}"#) == bit)
    #expect(try huggingFace(#"{"feature_extractor_type": "CLIPFeatureExtractor"}"#) == bit)
    let deit = try huggingFace(#"{"image_processor_type": "DeiTImageProcessorPil", "size": 288}"#)
    #expect(deit.resize == .exact(height: 288, width: 288) && deit.filter == .bicubic)
    #expect(deit.crop == .init(height: 224, width: 224) && deit.normalisation == .half)
    // The crop of a class that has none is turned on by its key alone.
    let beit = #""image_processor_type": "BeitImageProcessor", "crop_size": 200"#
    #expect(try huggingFace("{\(beit)}").crop == nil)
    #expect(try huggingFace("{\(beit), \"do_center_crop\": true}").crop == .init(height: 200, width: 200))
    // A family of a plugin's own, of which no class is known.
    #expect(try huggingFace("{}", modelType: "other") == Self.fallback)
  }

  @Test("a number as size is a square or the shorter side, as the class says")
  func plainSizes() throws {
    func resize(_ type: String, _ rest: String = "") throws -> Preprocessing.Resize {
      try huggingFace(#"{"image_processor_type": "\#(type)", "size": 96\#(rest)}"#).resize
    }
    #expect(try resize("ViTImageProcessor") == .exact(height: 96, width: 96))
    #expect(try resize("CLIPImageProcessor") == .shortestEdge(96))
    #expect(try resize("SiglipImageProcessor") == .shortestEdge(96))
    #expect(try resize("ViTImageProcessor", #", "default_to_square": false"#) == .shortestEdge(96))
    #expect(
      try huggingFace(#"{"size": {"height": 8, "width": 9, "shortest_edge": null}}"#).resize
        == .exact(height: 8, width: 9))
  }

  @Test("steps can be turned off, and a number stands for the three channels")
  func steps() throws {
    let none = try huggingFace(#"{"do_resize": false, "do_rescale": false, "do_normalize": false}"#)
    #expect(none.resize == .none && none.rescaleFactor == nil && none.normalisation == nil)
    let same = try huggingFace(#"{"image_mean": 0.25, "image_std": 0.5}"#).normalisation
    #expect(same == .init(mean: [0.25, 0.25, 0.25], standardDeviation: [0.5, 0.5, 0.5]))
  }

  private static let clip = Preprocessing.Normalisation(
    mean: [0.48145466, 0.4578275, 0.40821073], standardDeviation: [0.26862954, 0.26130258, 0.27577711])

  /// `image_mean` and `image_std` of each class of `transformers` 5.24 that is made without arguments.
  @Test(
    "A class that states neither mean nor standard deviation has its own",
    arguments: [
      ("ViT", Preprocessing.Normalisation.half), ("DeiT", .half), ("Beit", .half), ("Siglip", .half),
      ("ConvNext", .half), ("Bit", clip), ("CLIP", clip), ("PoolFormer", .imageNet),
      ("DINOv3ViT", .imageNet),
    ])
  func standardNormalisation(name: String, expected: Preprocessing.Normalisation) throws {
    #expect(try huggingFace(#"{"image_processor_type": "\#(name)ImageProcessor"}"#).normalisation == expected)
  }

  @Test(
    "Errors name the file and the key",
    arguments: [
      (#"{"resample": 4}"#, "resample"), (#"{"size": {"longest_edge": 3}}"#, "size"),
      (#"{"size": "big"}"#, "size"), (#"{"size": {}}"#, "size"),
      (#"{"size": {"height": "a", "width": 1}}"#, "size.height"),
      (#"{"size": 0}"#, "size"), (#"{"size": {"height": 10, "width": 1000000000}}"#, "size"),
      (#"{"size": [1, 2, 3]}"#, "size"),
      (#"{"image_std": [1, 0, 1]}"#, "image_std"), (#"{"image_mean": [1, 2]}"#, "image_mean"),
      (#"{"do_resize": "yes"}"#, "do_resize"), (#"{"do_center_crop": true}"#, "crop_size"),
      (#"{"rescale_factor": -1}"#, "rescale_factor"),
      (#"{"image_processor_type": "ConvNextImageProcessor", "size": 224, "crop_pct": 0}"#, "crop_pct"),
      (#"{"image_processor_type": "ConvNextImageProcessor", "size": [8, 8]}"#, "size"),
      (
        #"{"image_processor_type": "ConvNextImageProcessor", "crop_size": 8, "do_center_crop": true}"#,
        "do_center_crop"
      ),
      (#"{"image_processor_type": "PoolFormerImageProcessor", "crop_pct": 1e-9}"#, "crop_pct"),
      (#"{"do_flip_channel_order": true}"#, "do_flip_channel_order"), (#"{"do_pad": true}"#, "do_pad"),
      (#"{"image_mean": ["a", 1, 2]}"#, "image_mean"), (#"{"crop_size": {"shortest_edge": 3}}"#, "crop_size"),
      (#"{"image_processor_type": "LevitImageProcessor"}"#, "image_processor_type"),
      (#"{"image_processor_type": "EomtImageProcessorFast"}"#, "image_processor_type"),
      (#"{"size": 1, "size": 2}"#, "size"),
    ])
  func huggingFaceErrors(json: String, key: String) {
    let error = #expect(throws: ConfigurationError.self) { try huggingFace(json) }
    let message = error?.description ?? ""
    #expect(message.contains("'\(key)'") && message.contains("preprocessor_config.json"), "\(message)")
  }

  @Test(
    "Errors name the file and the key of timm",
    arguments: [
      (#"{"crop_mode": "border"}"#, "crop_mode"), (#"{"interpolation": "random"}"#, "interpolation"),
      (#"{"input_size": [1, 28, 28]}"#, "input_size"), (#"{"crop_pct": 0}"#, "crop_pct"),
      (#"{"std": [0, 1, 1]}"#, "std"),
      (#"{"pretrained_cfg": {"mean": "a"}}"#, "pretrained_cfg.mean"),
      (#"{"pretrained_cfg": {"std": [0, 1, 1]}}"#, "pretrained_cfg.std"),
      (#"{"pretrained_cfg": 3}"#, "pretrained_cfg"),
    ])
  func timmErrors(json: String, key: String) {
    let error = #expect(throws: ConfigurationError.self) { try timm(json) }
    let message = error?.description ?? ""
    #expect(message.contains("'\(key)'") && message.contains("config.json"), "\(message)")
  }

  @Test("What is no JSON object is refused", arguments: ["", "[]", "{", "null", "\u{0}"])
  func notJSON(text: String) {
    #expect(throws: ConfigurationError.self) { try timm(text) }
    #expect(throws: ConfigurationError.self) { try huggingFace(text) }
  }
}
