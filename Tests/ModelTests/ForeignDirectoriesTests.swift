import Foundation
import Testing
import XAICore
import XAIModels
import XAITesting
import XAIWeights

/// Directories that hold no model of a family: each is told in one sentence what it is, and what is near.
@Suite struct ForeignDirectoriesTests {
  /// A directory, and what the error has to say of it.
  struct Case: Sendable, CustomTestStringConvertible {
    let what: String
    let files: [String: String]
    let parts: [String]

    var testDescription: String { what }

    /// One with a configuration of `transformers`.
    init(_ type: String, _ className: String, _ parts: String..., more: String = "") {
      what = className
      files = ["config.json": "{\"model_type\": \"\(type)\", \"architectures\": [\"\(className)\"]\(more)}"]
      self.parts = [className] + parts
    }

    /// One with a configuration of timm.
    init(timm name: String, _ parts: String...) {
      what = "timm \(name)"
      files = ["config.json": "{\"architecture\": \"\(name)\", \"pretrained_cfg\": {}}"]
      self.parts = [name] + parts
    }

    /// One with these files.
    init(_ what: String, files: [String: String], _ parts: String...) {
      (self.what, self.files, self.parts) = (what, files, parts)
    }
  }

  private static let vit = "{\"model_type\": \"vit\", \"architectures\": [\"ViTForImageClassification\"]}"

  static let cases = [
    Case("convnext", "ConvNextForImageClassification", "convolutional network", "no attention"),
    Case("resnet", "ResNetForImageClassification", "convolutional network"),
    Case("mobilevit", "MobileViTForImageClassification", "other layers"),
    Case("bert", "BertForMaskedLM", "language model", "no images"),
    Case("llama", "LlamaForCausalLM", "language model", "no images"),
    Case(
      "llava", "LlavaForConditionalGeneration", "answers in words", "image tower",
      more: ", \"vision_config\": {\"model_type\": \"clip_vision_model\"}"),
    Case("sam", "SamModel", "segmentation", "masks"),
    Case("segformer", "SegformerForSemanticSegmentation", "segmentation", "masks"),
    Case("detr", "DetrForObjectDetection", "detector", "boxes"),
    Case("yolos", "YolosForObjectDetection", "detector", "boxes"),
    Case("dpt", "DPTForDepthEstimation", "depth"),
    Case("whisper", "WhisperForAudioClassification", "sound"),
    Case("vit", "ViTForMaskedImageModeling", "pretraining", "ViTForImageClassification (vit)"),
    Case("dinov3_convnext", "DINOv3ConvNextModel", "convolutional network"),
    Case(timm: "resnet50", "convolutional network"), Case(timm: "convnext_tiny", "convolutional network"),
    Case(timm: "mixer_b16_224", "MLP without attention"), Case(timm: "cait_s24_224", "other layers"),
    Case(
      "a diffusion pipeline", files: ["model_index.json": "{\"_class_name\": \"StableDiffusionPipeline\"}"],
      "no config.json", "diffusion model"),
    Case(
      "a part of one",
      files: ["config.json": "{\"_class_name\": \"UNet2DConditionModel\", \"_diffusers_version\": \"0.30\"}"],
      "UNet2DConditionModel", "diffusion model"),
    Case("GGUF alone", files: ["model-q4.gguf": "GGUF"], "model-q4.gguf", "llama.cpp"),
    Case("ONNX alone", files: ["model.onnx": "x"], "model.onnx", "model.safetensors is"),
    Case("a pickle alone", files: ["best.pt": "x"], "best.pt", "pickles run code"),
    Case("weights alone", files: ["model.safetensors": "x"], "model.safetensors", "how many heads"),
    Case(
      "a folder of folders", files: ["checkpoint-500/config.json": vit], "checkpoint-500", "give that one"),
    Case("images", files: ["cat.jpg": "x"], "cat.jpg", "a model is asked for"),
    Case("nothing", files: ["notes.txt": "x"], "has no config.json. Put"),
    Case(
      "ONNX beside a configuration", files: ["config.json": vit, "model.onnx": "x"], "model.onnx", "Convert"),
    Case(
      "a pickle beside one", files: ["config.json": vit, "pytorch_model.bin": "x"], "pytorch_model.bin",
      "pickles run code", "Convert"),
    Case(
      "TensorFlow's beside one", files: ["config.json": vit, "tf_model.h5": "x"], "tf_model.h5", "Convert"),
    Case("a configuration of something", files: ["config.json": "{\"a\": 1}"], "neither", "'model_type'"),
  ]

  @Test(arguments: cases)
  func saysWhatItIs(_ directory: Case) throws {
    let folder = NSTemporaryDirectory() + "xai-foreign-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, text) in directory.files {
      let path = URL(filePath: "\(folder)/\(name)")
      try FileManager.default.createDirectory(
        at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: path)
    }
    let error = #expect(throws: (any Error).self) {
      try Registry(plugins: builtInModels).loadModel(
        ModelDirectory(folder), LoadRequest(kernels: AvailableKernels.preferred.make()))
    }
    let message = "\(try #require(error))"
    for part in directory.parts { #expect(message.contains(part), "\(message)") }
    #expect(message.count < 600, "\(message)")
  }
}
