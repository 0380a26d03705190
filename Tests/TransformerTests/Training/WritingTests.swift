import Foundation
import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAIModels
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

@Suite struct WritingTests {
  private let kernels = AvailableKernels.preferred.make()

  /// A folder that is removed when the test is over.
  private final class Folder {
    let path = NSTemporaryDirectory() + "xai-writing-\(UUID().uuidString)"
    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
    func config(_ name: String = "config.json") throws -> Configuration {
      try Configuration(path: "\(path)/\(name)")
    }
    func load() throws -> any TrainableModel {
      try #require(
        try Registry(plugins: builtInModels).loadModel(
          ModelDirectory(path), LoadRequest(kernels: AvailableKernels.preferred.make()))
          as? any TrainableModel)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  private func model(_ fixture: String, _ values: [(key: String, value: Any?)] = []) throws
    -> any TrainableModel
  {
    try #require(try EditedModel(fixture).set(values).load() as? any TrainableModel)
  }

  private func logits(_ model: any Model) throws -> [Float] {
    var random = SeededRandom(seed: 6)
    let size = try #require(model.descriptor.preprocessing.inputSize)
    return try model.logits(random.normal([2, 3, size.height, size.width])).elements
  }

  @Test(
    "a written model loads as what it was, bit for bit",
    arguments: [
      "hf-vit", "hf-vit-nonsquare", "hf-deit", "hf-deit-distilled", "timm-vit", "timm-deit",
      "timm-deit-distilled", "timm-vit-gap", "timm-vit-gap-nocls", "timm-vit-registers",
    ])
  func roundTrip(_ fixture: String) throws {
    let (model, folder) = (try model(fixture), Folder())
    try model.write(to: folder.path + "/")
    let isHuggingFace = fixture.hasPrefix("hf")
    #expect(
      folder.names == ["config.json", "model.safetensors"]
        + (isHuggingFace ? ["preprocessor_config.json"] : []))
    let loaded = try folder.load()
    #expect(try logits(loaded) == logits(model))
    #expect(loaded.descriptor.labels == model.descriptor.labels)
    #expect(loaded.descriptor.preprocessing == model.descriptor.preprocessing)
    #expect(loaded.descriptor.layout == model.descriptor.layout)
    #expect(try loaded.configurationFiles() == model.configurationFiles())
    let file = try SafetensorsFile(path: "\(folder.path)/model.safetensors")
    #expect(file.metadata == ["format": "pt"])
    #expect(file.tensors.map(\.name) == model.parameters.map(\.name).sorted())
  }

  @Test(
    "half precision takes half the room and rounds each weight once",
    arguments: [StoredType.float16, .bfloat16])
  func narrow(_ type: StoredType) throws {
    let (model, folder) = (try model("hf-vit"), Folder())
    try model.write(to: folder.path, type: type)
    let file = try SafetensorsFile(path: "\(folder.path)/model.safetensors")
    #expect(file.tensors.allSatisfy { $0.type == type })
    let unit: Float = type == .float16 ? 0x1p-11 : 0x1p-8
    for (written, parameter) in zip(try folder.load().parameters, model.parameters) {
      for (value, exact) in zip(written.tensor.elements, parameter.tensor.elements) {
        // Below 2⁻¹⁴ halves are subnormal, with steps of 2⁻²⁴.
        #expect(abs(value - exact) <= max(unit * abs(exact), 0x1p-25), "\(parameter.name)")
      }
    }
    #expect(try folder.config().string("dtype") == "float32")
  }

  @Test("Hugging Face: what still holds stays, what doesn't goes")
  func huggingFaceKeys() throws {
    var model = try model(
      "hf-vit",
      [
        ("_name_or_path", "somewhere/else"), ("torch_dtype", "float16"), ("dtype", nil),
        ("problem_type", "multi_label_classification"), ("my_own_key", ["a": [1, 2.5]]), ("num_labels", nil),
      ])
    var random = SeededRandom(seed: 1)
    model = model.replacingHead(labels: ["cat", "dog", "cat"], random: &random)
    let folder = Folder()
    try model.write(to: folder.path)
    let config = try folder.config()
    for key in ["_name_or_path", "torch_dtype", "problem_type", "num_labels", "transformers_version"] {
      #expect(config.optionalValue(key) == nil, "\(key)")
    }
    #expect(try config.optionalStrings("architectures") == ["ViTForImageClassification"])
    #expect(config.optionalValue("my_own_key") == .object(["a": .array([.integer(1), .double(2.5)])]))
    #expect(try config.double("layer_norm_eps") == 1e-12)
    #expect(try config.optionalLabels() == [0: "cat", 1: "dog", 2: "cat"])
    #expect(config.optionalValue("label2id") == .object(["cat": .integer(0), "dog": .integer(1)]))
    let processor = try folder.config("preprocessor_config.json")
    #expect(try processor.string("image_processor_type") == "ViTImageProcessor")
    #expect(try processor.optionalDoubles("image_mean") == [0.5, 0.5, 0.5])
  }

  @Test("timm: classes and names at the root, none among the arguments")
  func timmKeys() throws {
    var random = SeededRandom(seed: 1)
    let model = try model("timm-deit-distilled", [("pretrained_cfg.hf_hub_id", "timm/deit")])
      .replacingHead(labels: ["cat", "dog"], random: &random)
    let folder = Folder()
    try model.write(to: folder.path)
    let config = try folder.config()
    #expect(try config.integer("num_classes") == 2)
    #expect(try config.integer("pretrained_cfg.num_classes") == 2)
    #expect(try config.optionalStrings("label_names") == ["cat", "dog"])
    for key in ["model_args.num_classes", "pretrained_cfg.label_names", "pretrained_cfg.hf_hub_id"] {
      #expect(config.optionalValue(key) == nil, "\(key)")
    }
    #expect(try config.integer("model_args.num_heads") == 3)
    #expect(try config.double("pretrained_cfg.crop_pct") == 0.9)
    #expect(try folder.load().descriptor.labels == ["cat", "dog"])
  }

  @Test("an older timm file, a pretrained_cfg itself, becomes one of today")
  func flatTimm() throws {
    let nested = try EditedModel("timm-vit")
    _ = try nested.set([("model_args.num_classes", nil)]).load()
    let config = try Configuration(path: "\(nested.path)/config.json")
    let mean = try #require(try config.optionalDoubles("pretrained_cfg.mean"))
    let model = try model(
      "timm-vit",
      [
        ("pretrained_cfg", nil), ("input_size", [3, 16, 16]), ("mean", mean), ("std", mean),
        ("crop_pct", 0.9),
        ("interpolation", "bilinear"),
      ])
    let folder = Folder()
    try model.write(to: folder.path)
    let written = try folder.config()
    #expect(try written.string("pretrained_cfg.interpolation") == "bilinear")
    #expect(written.optionalValue("interpolation") == nil)
    #expect(try folder.load().descriptor.preprocessing == model.descriptor.preprocessing)
    #expect(try logits(folder.load()) == logits(model))
  }

  @Test("killed at any point, a folder never pairs one model's classes with another's weights")
  func killed() throws {
    let (old, folder) = (try model("hf-vit"), Folder())
    try old.write(to: folder.path)
    func withHead(_ value: Float, of model: any TrainableModel) -> any TrainableModel {
      let tensors = model.parameters.map {
        ($0.name, $0.isHead ? Tensor(repeating: value, $0.tensor.shape) : $0.tensor)
      }
      return model.replacingParameters(Dictionary(uniqueKeysWithValues: tensors))
    }
    // A head that float16 can't hold makes writing fail where the weights begin. In a checkpoint of the same training
    // the old model stays until the new weights are there.
    #expect(throws: SafetensorsError.self) {
      try withHead(1e6, of: old).write(to: folder.path, type: .float16)
    }
    #expect(try logits(folder.load()) == logits(old))
    try withHead(1.5, of: old).write(to: folder.path)
    #expect(try logits(folder.load()) == logits(withHead(1.5, of: old)))

    // With other classes, as many as before so that sizes fit, nothing loads.
    var random = SeededRandom(seed: 2)
    let renamed = old.replacingHead(labels: (0..<7).map { "new \($0)" }, random: &random)
    #expect(throws: SafetensorsError.self) {
      try withHead(1e6, of: renamed).write(to: folder.path, type: .float16)
    }
    #expect(try folder.config().optionalLabels()?[0] == "new 0")
    #expect(throws: WeightStoreError.self) { try folder.load() }
    try renamed.write(to: folder.path)
    #expect(try folder.load().descriptor.labels[0] == "new 0")
    #expect(try logits(folder.load()) == logits(renamed))
  }

  @Test("the folder of another kind of model is left alone, by name")
  func foreign() throws {
    let folder = Folder()
    try model("hf-vit").write(to: folder.path)
    let before = try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/config.json"))
    let error = #expect(throws: ModelError.self) { try model("timm-vit").write(to: folder.path) }
    #expect(error?.description.contains("preprocessor_config.json") == true, "\(error?.description ?? "")")
    #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/config.json")) == before)
    let file = folder.path + "/config.json"
    #expect(throws: FileError.self) { try model("hf-vit").write(to: file) }
  }

  @Test("what can't be written says so before anything is")
  func refused() throws {
    let toy = try #require(ToyModel.classToken.make(on: kernels) as? any TrainableModel)
    let folder = Folder()
    let error = #expect(throws: ModelError.self) { try toy.write(to: folder.path) }
    #expect(error?.description.contains("without a directory") == true, "\(error?.description ?? "")")
    #expect(folder.names == [])
  }

  @Test(
    "preprocessing of every kind reads back as it was",
    arguments: [
      [("do_resize", false)], [("do_normalize", false)], [("do_rescale", false)], [("do_center_crop", false)],
      [("size", ["shortest_edge": 20])], [("resample", 0)], [("resample", 1)],
      [("rescale_factor", 0.0078125)],
      [("image_mean", [0.1, 0.485, 0.3333333])], [("image_std", [1e-3, 0.229, 12.5])],
    ] as [[(String, any Sendable)]])
  func preprocessing(_ changes: [(String, any Sendable)]) throws {
    let edited = try EditedModel("hf-deit")
    let file = URL(fileURLWithPath: "\(edited.path)/preprocessor_config.json")
    var config = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    for (key, value) in changes { config[key] = value }
    try JSONSerialization.data(withJSONObject: config).write(to: file)
    let model = try #require(try edited.load() as? any TrainableModel)
    let folder = Folder()
    try model.write(to: folder.path)
    #expect(try folder.load().descriptor.preprocessing == model.descriptor.preprocessing)
  }
}
