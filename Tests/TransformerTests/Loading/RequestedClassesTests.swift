import Foundation
import Testing
import XAICore
import XAIExplainers
import XAIFoundation
import XAIImage
import XAIModels
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// Classes that are given, backbones without any, and what outputs mean.
@Suite struct RequestedClassesTests {
  private func load(_ model: EditedModel, _ classes: ClassSource? = nil) throws -> any Model {
    try Registry(plugins: builtInModels + builtInExplainers).loadModel(
      model.directory(), LoadRequest(kernels: AvailableKernels.preferred.make(), classes: classes))
  }

  private func vectors(_ width: Int, scale: Float? = nil) throws -> ClassSource {
    var random = SeededRandom(seed: 4)
    return .vectors(
      try ClassVectors(random.normal([3, width]), names: ["cat", "dog", "eel"], scale: scale))
  }

  /// What `transformers` writes of a backbone: no root before the names, no classifier.
  private func backbone(_ fixture: String, root: String) throws -> EditedModel {
    try EditedModel(fixture).edit { tensors in
      for (name, tensor) in tensors {
        tensors[name] = nil
        if name.hasPrefix("\(root).") { tensors[String(name.dropFirst(root.count + 1))] = tensor }
      }
    }
  }

  private static let backbones = [
    ("hf-vit", "vit", "ViTModel"), ("hf-deit", "deit", "DeiTModel"), ("hf-beit", "beit", "BeitModel"),
    ("hf-dinov2", "dinov2", "Dinov2Model"),
    ("hf-dinov2-registers-swiglu", "dinov2_with_registers", "Dinov2WithRegistersModel"),
  ]

  @Test("backbones of transformers load, and have the tokens of the classifier's model", arguments: backbones)
  func huggingFace(_ fixture: String, root: String, className: String) throws {
    let whole = try load(EditedModel(fixture))
    let model = try load(backbone(fixture, root: root).set([("architectures", [className])]))
    let descriptor = model.descriptor
    #expect(descriptor.labels.isEmpty && descriptor.output == .none && descriptor.classCount == 0)
    #expect(descriptor.capabilities == [.attention, .activations])
    let input = try #require(descriptor.preprocessing.inputSize)
    var random = SeededRandom(seed: 5)
    let image = random.normal([1, 3, input.height, input.width])
    let recording = Recording(attention: .all)
    let (found, expected) = (
      try model.forward(image, recording: recording), try whole.forward(image, recording: recording)
    )
    #expect(found.logits.shape == [1, 0])
    for layer in 0..<descriptor.layerCount {
      #expect(
        try found.attention(ofLayer: layer).elements == expected.attention(ofLayer: layer).elements)
    }
  }

  @Test(
    "timm's backbones load where their configuration says that they are",
    arguments: ["timm-vit", "timm-dinov2"])
  func timm(_ fixture: String) throws {
    func headless() throws -> EditedModel {
      try EditedModel(fixture).edit {
        $0["head.weight"] = nil
        $0["head.bias"] = nil
      }
    }
    let model = try load(headless().set([("num_classes", 0), ("model_args.num_classes", 0)]))
    #expect(model.descriptor.output == .none)
    let failure = try headless().failure()
    #expect(failure?.contains("classifier") == true, "\(failure ?? "")")
  }

  @Test("methods of attention explain a backbone; those of a class refuse it by name")
  func explaining() throws {
    let model = try load(backbone("hf-vit", root: "vit"))
    let size = try #require(model.descriptor.preprocessing.inputSize)
    var random = SeededRandom(seed: 6)
    let input = random.normal([2, 3, size.height, size.width])
    let registry = try Registry(plugins: builtInModels + builtInExplainers)
    for entry in registry.explainers {
      let explainer = try registry.explainer(entry.descriptor.id)
      guard explainer.descriptor.isClassSpecific else {
        let maps = try explainer.explain(input, using: model)
        #expect(maps.map(\.count) == [1, 1], "\(entry.descriptor.id)")
        continue
      }
      let error = #expect(throws: ModelError.self) { try explainer.explain(input, using: model) }
      let text = error?.description ?? ""
      #expect(text.contains(entry.descriptor.id) && text.contains("give the model classes"), "\(text)")
    }
    #expect(throws: TargetError.self) {
      try TargetSelection.top(1).resolve(logits: model.logits(input), labels: [])
    }
  }

  @Test("a backbone gets a classifier of new classes, and what is written loads")
  func newHead() throws {
    let model = try load(backbone("hf-vit", root: "vit")).trainable()
    #expect(throws: ModelError.self) { try model.configurationFiles() }
    var random = SeededRandom(seed: 7)
    let new = model.replacingHead(labels: ["one", "two"], random: &random)
    let folder = NSTemporaryDirectory() + "xai-transformer-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try new.write(to: folder)
    let loaded = try Registry(plugins: builtInModels + builtInExplainers).loadModel(
      ModelDirectory(folder), LoadRequest(kernels: AvailableKernels.preferred.make()))
    #expect(loaded.descriptor.labels == ["one", "two"] && loaded.descriptor.output == .softmax)
    let size = try #require(loaded.descriptor.preprocessing.inputSize)
    let input = random.normal([1, 3, size.height, size.width])
    #expect(try loaded.logits(input).elements == new.logits(input).elements)
  }

  @Test("a masked siamese network's classifier loads, its blocks named with the root and without")
  func siamese() throws {
    let model = try load(EditedModel("hf-vit"))
    let size = try #require(model.descriptor.preprocessing.inputSize)
    var random = SeededRandom(seed: 9)
    let input = random.normal([1, 3, size.height, size.width])
    let named: [(key: String, value: Any?)] = [
      ("architectures", ["ViTMSNForImageClassification"]), ("model_type", "vit_msn"),
    ]
    let withRoot = try load(EditedModel("hf-vit").set(named))
    // As version 5.24 of transformers saves it.
    let without = try load(
      EditedModel("hf-vit").set(named).edit { tensors in
        for (name, tensor) in tensors where name.hasPrefix("vit.encoder.") {
          tensors[name] = nil
          tensors[String(name.dropFirst(4))] = tensor
        }
      })
    let logits = try model.logits(input).elements
    #expect(try withRoot.logits(input).elements == logits && without.logits(input).elements == logits)
    // It is written as what it is.
    let config = try #require(try withRoot.trainable().configurationFiles()["config.json"])
    #expect(config.contains("ViTMSNForImageClassification") && config.contains("vit_msn"), "\(config)")
  }

  @Test("an absent epsilon is that of the family, and the kind without architectures that of the model_type")
  func absentKeys() throws {
    func epsilon(_ type: String, _ classes: [String]?) throws -> Float {
      let directory = try EditedModel("hf-vit").set([
        ("model_type", type), ("architectures", classes), ("layer_norm_eps", nil),
      ])
      return try ViT.huggingFace(directory.directory()).configuration.epsilon
    }
    #expect(try epsilon("vit", ["ViTModel"]) == 1e-12 && epsilon("vit_mae", nil) == 1e-12)
    #expect(try epsilon("vit_msn", nil) == 1e-6 && epsilon("vit_msn", ["ViTMSNModel"]) == 1e-6)
    let autoencoder = try EditedModel("hf-vit").set([("model_type", "vit_mae"), ("architectures", nil)])
      .edit {
        $0["classifier.weight"] = nil
        $0["classifier.bias"] = nil
      }
    #expect(try load(autoencoder).descriptor.output == .none)
  }

  @Test("names replace those of the checkpoint, one for each class")
  func names() throws {
    let count = try load(EditedModel("hf-vit")).descriptor.classCount
    let names = (0..<count).map { "new \($0)" }
    #expect(try load(EditedModel("hf-vit"), .names(names)).descriptor.labels == names)
    #expect(throws: LoadError.otherCount(given: 1, model: "", classes: count)) {
      let model = try EditedModel("hf-vit")
      do { _ = try load(model, .names(["one"])) } catch LoadError.otherCount(let given, let name, let classes)
      {
        #expect(name.hasPrefix("xai-transformer"))
        throw LoadError.otherCount(given: given, model: "", classes: classes)
      }
    }
    let alone = #expect(throws: LoadError.self) {
      try load(backbone("hf-vit", root: "vit"), .names(["one"]))
    }
    #expect(alone?.description.contains("vector") == true)
  }

  @Test(
    "vectors make a classifier of any model's features, with all that a plain vision transformer gives",
    arguments: ["hf-vit", "hf-deit-distilled", "timm-vit-gap", "hf-beit", "hf-dinov2"])
  func vectors(_ fixture: String) throws {
    let width = try load(EditedModel(fixture)).descriptor.width
    let model = try load(EditedModel(fixture), vectors(width, scale: 12))
    #expect(model.descriptor.labels == ["cat", "dog", "eel"] && model.descriptor.output == .softmax)
    #expect(model.descriptor.capabilities == VisionTransformer.capabilities)
    #expect(ModelConformance(model).failures() == [])
    let size = try #require(model.descriptor.preprocessing.inputSize)
    var random = SeededRandom(seed: 8)
    let logits = try model.logits(random.normal([2, 3, size.height, size.width])).elements
    #expect(logits.allSatisfy { abs($0) <= 12.001 } && Set(logits).count > 1)
  }

  @Test("vectors of another space are refused with the width that fits")
  func widths() throws {
    let width = try load(EditedModel("hf-dinov2")).descriptor.width
    #expect(try load(EditedModel("hf-dinov2"), vectors(2 * width)).descriptor.classCount == 3)
    let error = #expect(throws: LoadError.self) { try load(EditedModel("hf-dinov2"), vectors(width + 1)) }
    #expect(error?.description.contains("\(2 * width) or \(width)") == true, "\(error as Any)")
    #expect(throws: LoadError.self) { try ClassVectors(Tensor([2, 2], [1, 0, 0, 0]), names: ["a", "b"]) }
    #expect(throws: LoadError.self) { try ClassVectors(Tensor([1, 2], [1, 0]), names: ["a", "b"]) }
    #expect(throws: LoadError.self) { try ClassVectors(Tensor([1, 2], [1, 0]), names: ["a"], scale: 0) }
  }

  @Test("options that a family doesn't have are refused")
  func options() throws {
    let error = #expect(throws: LoadError.self) {
      try Registry(plugins: builtInModels + builtInExplainers).loadModel(
        EditedModel("hf-vit").directory(),
        LoadRequest(kernels: AvailableKernels.preferred.make(), options: ["colour": "red"]))
    }
    #expect(error == .unknownOption("colour", family: "vit", known: []))
  }

  @Test(
    "what outputs mean is read from the configuration",
    arguments: [
      (nil, .softmax), ("single_label_classification", .softmax),
      ("multi_label_classification", .sigmoidPerClass), ("regression", .regression),
    ] as [(String?, OutputMeaning)])
  func meaning(_ type: String?, _ expected: OutputMeaning) throws {
    let model = try load(EditedModel("hf-vit").set([("problem_type", type)]))
    #expect(model.descriptor.output == expected)
    let failure = try EditedModel("hf-vit").set([("problem_type", "riddle")]).failure()
    #expect(failure?.contains("problem_type") == true)
    // It is written as it was read.
    let folder = NSTemporaryDirectory() + "xai-transformer-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try model.trainable().write(to: folder)
    #expect(
      try Registry(plugins: builtInModels + builtInExplainers).loadModel(
        ModelDirectory(folder), LoadRequest(kernels: AvailableKernels.preferred.make())
      ).descriptor.output == expected)
  }

  @Test(
    "one output is a class that is there or not, or a regression where that is stated",
    arguments: [
      (nil, .sigmoid), ("multi_label_classification", .sigmoid), ("single_label_classification", .sigmoid),
      ("regression", .regression),
    ] as [(String?, OutputMeaning)])
  func oneOutput(_ type: String?, _ expected: OutputMeaning) throws {
    let model = try EditedModel("hf-vit").set([("id2label", ["0": "age"]), ("problem_type", type)]).edit {
      $0["classifier.weight"] = $0["classifier.weight"]?[0..<1]
      $0["classifier.bias"] = $0["classifier.bias"]?[0..<1]
    }
    #expect(try load(model).descriptor.output == expected)
  }
}
