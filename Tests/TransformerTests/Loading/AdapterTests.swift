import Foundation
import Testing
import XAICore
import XAITensor
import XAITesting
import XAIWeights

/// Low-rank adapters against the models that peft merges.
@Suite struct AdapterTests {
  private static let cases = [
    ("lora", "hf-vit"), ("lora-patterns", "hf-vit"), ("lora-older-names", "hf-vit"),
    ("lora-classes", "hf-vit"),
    ("lora-timm", "timm-vit"),
  ]

  @Test("logits are those of peft's merged model", arguments: cases)
  func merged(name: String, base: String) throws {
    let input = try CheckpointFixture.input(of: base)
    let model = try CheckpointFixture.load(CheckpointFixture.path(name))
    let logits = try model.forward(input, recording: Recording()).logits
    #expect(try distance(logits, CheckpointFixture.logits(name)) < 2e-5)
    // An adapter that did nothing would be no test.
    #expect(try distance(logits, CheckpointFixture.logits(of: base)) > 0.05)
    let notes = model.descriptor.notes
    #expect(
      notes.contains { $0.contains("adapter_model.safetensors") && $0.contains("is merged") }, "\(notes)")
    #expect(notes.contains { $0.contains("is an adapter of the model in") }, "\(notes)")
    #expect(model.descriptor.name == name)
  }

  @Test("an adapter beside its base model's files is merged into them")
  func beside() throws {
    let folder = try EditedModel("hf-vit")
    try copyAdapter("lora", to: folder)
    let logits = try folder.load().forward(CheckpointFixture.input(of: "hf-vit"), recording: Recording())
      .logits
    #expect(try distance(logits, CheckpointFixture.logits("lora")) < 2e-5)
  }

  @Test(
    "classes of a classifier that came with the adapter have no names unless its folder has a config.json")
  func classes() throws {
    let model = try CheckpointFixture.load(CheckpointFixture.path("lora-classes"))
    #expect(model.descriptor.labels == ["class 0", "class 1", "class 2"])
    #expect(model.descriptor.notes.contains { $0.contains("3 classes") && $0.contains("no names") })
    let folder = try EditedModel("hf-vit").without("model.safetensors")
      .set([("id2label", ["0": "a", "1": "b", "2": "c"]), ("label2id", nil)])
    try copyAdapter("lora-classes", to: folder, base: Self.model("hf-vit"))
    let named = try folder.load()
    #expect(named.descriptor.labels == ["a", "b", "c"])
    let logits = try named.forward(CheckpointFixture.input(of: "hf-vit"), recording: Recording()).logits
    #expect(try distance(logits, CheckpointFixture.logits("lora-classes")) < 2e-5)
  }

  @Test("a base model without a classifier, whose names lack the model's type, gets that of the adapter")
  func backbone() throws {
    let base = try EditedModel("hf-vit").set([
      ("architectures", ["ViTModel"]), ("id2label", nil), ("label2id", nil),
    ]).edit { tensors in
      let own = tensors
      tensors = [:]
      for (name, tensor) in own where name.hasPrefix("vit.") { tensors[String(name.dropFirst(4))] = tensor }
    }
    _ = try base.directory()
    try copyAdapter("lora-classes", to: base)
    let model = try base.load()
    let logits = try model.forward(CheckpointFixture.input(of: "hf-vit"), recording: Recording()).logits
    #expect(try distance(logits, CheckpointFixture.logits("lora-classes")) < 2e-5)
  }

  @Test("only matrices that the adapter changes are copied")
  func memory() throws {
    let adapted = try ModelDirectory(CheckpointFixture.path("lora")).weights()
    let base = try ModelDirectory(Self.model("hf-vit")).weights()
    func isShared(_ store: WeightStore, _ name: String) throws -> Bool {
      try store.tensor(name).withElements { first in
        try store.tensor(name).withElements { $0.baseAddress == first.baseAddress }
      }
    }
    for tensor in base.tensors {
      let isAdapted =
        tensor.name.contains("attention.query.weight") || tensor.name.contains("attention.value.weight")
      #expect(try isShared(adapted, tensor.name) != isAdapted, "\(tensor.name)")
    }
  }

  @Test(
    "what isn't plain LoRA is refused by its key",
    arguments: [
      (key: "peft_type", value: #""IA3""#), ("use_dora", "true"), ("init_lora_weights", #""pissa""#),
      ("lora_bias", "true"), ("target_parameters", #"["x"]"#), ("rank_pattern", #"{"q_proj": 3}"#),
      ("modules_to_save", #"["classifier", "pooler"]"#), ("alpha_pattern", #"{"(": 3}"#), ("r", "5"),
      ("alpha_pattern", #"{"q_proj": 3, "attention.q_proj": 4}"#),
    ])
  func refused(key: String, value: String) throws {
    let folder = try EditedModel("hf-vit")
    try copyAdapter("lora", to: folder, changing: (key, value))
    let failure = folder.failure() ?? ""
    let named = ["rank_pattern", "r"].contains(key) ? "rank" : key
    #expect(failure.contains(named), "\(failure)")
  }

  @Test("tensors of which nothing is made are an error, and so are maps that aren't linear")
  func unused() throws {
    func failure(_ name: String, _ shape: TensorShape) throws -> String {
      let folder = try EditedModel("hf-vit")
      try copyAdapter("lora", to: folder)
      let path = "\(folder.path)/adapter_model.safetensors"
      let file = try SafetensorsFile(path: path)
      var tensors: [String: Tensor] = [:]
      for tensor in file.tensors { tensors[tensor.name] = try file.tensor(tensor.name) }
      tensors["base_model.model.\(name)"] = Tensor(repeating: 0, shape)
      try SafetensorsWriter().write(tensors, to: "\(path).new")
      try FileManager.default.removeItem(atPath: path)
      try FileManager.default.moveItem(atPath: "\(path).new", toPath: path)
      return folder.failure() ?? ""
    }
    let name = "vit.layers.0.attention.k_proj.lora_magnitude_vector"
    let left = try failure(name, [18])
    #expect(left.contains(name) && left.contains("merge_and_unload"), "\(left)")
    let half = try failure("vit.layers.0.attention.k_proj.lora_A.weight", [4, 18])
    #expect(half.contains("k_proj") && half.contains("one of the two"), "\(half)")
    let bias = try failure("vit.layernorm.bias", [18])
    #expect(bias.contains("vit.layernorm.bias"), "\(bias)")
  }

  @Test("an adapter alone says which model it needs")
  func alone() throws {
    let folder = try EditedModel("hf-vit").without("model.safetensors")
    try copyAdapter("lora", to: folder, base: "someone/some-vit")
    let failure = folder.failure() ?? ""
    #expect(
      failure.contains("someone/some-vit") && failure.contains("hf download someone/some-vit"), "\(failure)")
    try copyAdapter("lora", to: folder, base: Self.model("timm-vit"))
    let other = folder.failure() ?? ""
    #expect(other.contains("doesn't have"), "\(other)")
  }

  private static func model(_ name: String) -> String {
    URL(fileURLWithPath: CheckpointFixture.path("")).deletingLastPathComponent()
      .appendingPathComponent("models/\(name)").path
  }

  /// Puts the files of an adapter into a folder, with another base or value of its configuration.
  private func copyAdapter(
    _ name: String, to folder: EditedModel, base: String? = nil, changing: (key: String, json: String)? = nil
  ) throws {
    let source = CheckpointFixture.path(name)
    var config = try Configuration(path: "\(source)/adapter_config.json").value
    guard case .object(var members) = config else { return }
    if let base { members["base_model_name_or_path"] = .string(base) }
    if let changing {
      members[changing.key] = try Configuration(text: "{\"x\": \(changing.json)}", file: "x").optionalValue(
        "x")
    }
    config = .object(members)
    try config.jsonText.write(toFile: "\(folder.path)/adapter_config.json", atomically: true, encoding: .utf8)
    let target = "\(folder.path)/adapter_model.safetensors"
    try? FileManager.default.removeItem(atPath: target)
    try FileManager.default.copyItem(atPath: "\(source)/adapter_model.safetensors", toPath: target)
  }
}
