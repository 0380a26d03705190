import Foundation
import Testing
import XAICore
import XAITensor
import XAIWeights

/// Checkpoints whose names a wrapper of the training has changed.
@Suite struct WrappedNamesTests {
  private func check(_ model: EditedModel, like name: String, note: String?) throws {
    let loaded = try model.load()
    let logits = try loaded.forward(CheckpointFixture.input(of: name), recording: Recording()).logits
    #expect(try distance(logits, CheckpointFixture.logits(of: name)) < 2e-5)
    guard let note else {
      #expect(loaded.descriptor.notes.isEmpty, "\(loaded.descriptor.notes)")
      return
    }
    #expect(loaded.descriptor.notes.contains { $0.contains(note) }, "\(loaded.descriptor.notes)")
  }

  private func renamed(_ name: String, _ rename: @escaping (String) -> String) throws -> EditedModel {
    try EditedModel(name).edit { tensors in
      tensors = Dictionary(uniqueKeysWithValues: tensors.map { (rename($0.key), $0.value) })
    }
  }

  @Test("a model as it is has no notes")
  func plain() throws { try check(EditedModel("hf-vit"), like: "hf-vit", note: nil) }

  @Test(
    "what stands before all names is left out, and said",
    arguments: [
      "module.", "model.", "_orig_mod.", "_orig_mod.module.", "module._orig_mod.", "state_dict.model.",
      "backbone.",
    ], ["hf-vit", "timm-vit", "timm-beit"])
  func prefixes(prefix: String, name: String) throws {
    let note = prefix == "_orig_mod." ? "_orig_mod" : "is left out"
    try check(renamed(name) { prefix + $0 }, like: name, note: note)
  }

  @Test("wrappers inside of names are left out")
  func inner() throws {
    try check(
      renamed("timm-vit") {
        $0.replacing("blocks.1.", with: "blocks.1._orig_mod.").replacing(
          "attn.", with: "attn._fsdp_wrapped_module.")
      }, like: "timm-vit", note: "_orig_mod")
  }

  @Test(
    "of weights and their moving average the average counts",
    arguments: [("state_dict_ema.", "state_dict."), ("model_ema.module.", "model.")])
  func average(average: String, weights: String) throws {
    let model = try EditedModel("timm-vit").edit { tensors in
      let own = tensors
      tensors = ["n_averaged": Tensor(repeating: 3, [1])]
      for (name, tensor) in own {
        tensors[average + name] = tensor
        tensors[weights + name] = Tensor(repeating: 0.5, tensor.shape)
      }
    }
    try check(model, like: "timm-vit", note: "moving average")
  }

  @Test("another prefix, or one that is there in part, is one sentence")
  func unknown() throws {
    for (prefix, extra) in [("momentum_encoder.", nil), ("model.", "criterion.weight")] {
      let model = try renamed("hf-vit") { prefix + $0 }.edit {
        if let extra { $0[extra] = Tensor(repeating: 1, [3]) }
      }
      let failure = model.failure() ?? ""
      #expect(failure.contains("below '\(prefix)'") && !failure.contains("\n"), "\(failure)")
      if let extra { #expect(failure.contains(extra)) }
    }
  }

  @Test("weights under the names of transformers' modules are read, whatever wrote them")
  func moduleNames() throws {
    let names = [
      "attention.attention.query": "attention.q_proj", "attention.attention.key": "attention.k_proj",
      "attention.attention.value": "attention.v_proj", "attention.output.dense": "attention.o_proj",
      "intermediate.dense": "mlp.fc1", "encoder.layer.": "layers.",
    ]
    try check(
      renamed("hf-vit") { name in
        var name = names.reduce(name) { $0.replacing($1.key, with: $1.value) }
        name = name.replacing("output.dense", with: "mlp.fc2")
        return "module.\(name)"
      }, like: "hf-vit", note: "'module.'")
  }

  @Test("float64 is rounded, and said")
  func wide() throws {
    let model = try EditedModel("hf-vit")
    let path = "\(model.path)/model.safetensors"
    let file = try SafetensorsFile(path: path)
    // A header of F64 with the same tensors.
    var (entries, data): ([String], [UInt8]) = ([], [])
    for tensor in file.tensors {
      let start = data.count
      for element in try file.tensor(tensor.name).elements {
        withUnsafeBytes(of: Double(element).bitPattern.littleEndian) { data.append(contentsOf: $0) }
      }
      entries.append(
        #""\#(tensor.name)":{"dtype":"F64","shape":\#(tensor.shape.extents),"data_offsets":[\#(start),\#(data.count)]}"#
      )
    }
    let header = Array("{\(entries.joined(separator: ","))}".utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    try Data(length + header + data).write(to: URL(fileURLWithPath: path))
    try check(model, like: "hf-vit", note: "float64")
  }
}
