import Foundation
import Testing
import XAITensor

@Suite struct InspectTests {
  @Test func showsWhatTheModelIs() throws {
    let result = try XAIProcess.run("inspect", FixtureModel.nonSquare)
    #expect(result.status == 0)
    for text in [
      "hf-vit-nonsquare", "2 layers, 4 heads, width 20", "16: class, then 3×5 patches", "24×20 pixels",
      "0 tench",
      "gmar", "kernels", "input, first-norm, queries, keys, values, scores, projected-values",
      "of magnitudes: attention-rollout, gmar", "of signed scores: input-x-gradient",
      "of relative scores: vit-cx",
    ] {
      #expect(result.output.contains(text), "\(text)")
    }
  }

  @Test func layersWithTokensOfTheirOwn() throws {
    let path = FixtureModel.folder.appendingPathComponent("../swin/timm-swin-three-stages").path
    let result = try XAIProcess.run("inspect", path)
    for text in [
      "7 layers in 3 stages", "layers 2 to 3: 3×5 tokens in windows of 3×4, 2 heads, width 16",
      "layers 4 to 6: 2×3 tokens in one window",
      "60: 6×10 patches; logits from the mean of the last 2×3 tokens",
      "attention-flow doesn't fit: it can't explain timm-swin-three-stages",
    ] {
      #expect(result.output.contains(text), "\(text)")
    }
  }

  @Test("what had to be assumed of a model is said on every run")
  func assumptions() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let source = FixtureModel.folder.appendingPathComponent("timm-vit").path
    let path = folder.path("model")
    try FileManager.default.copyItem(atPath: source, toPath: path)
    let config = try String(contentsOfFile: "\(path)/config.json", encoding: .utf8)
    try config.replacingOccurrences(of: "vit_tiny_patch16_224", with: "vit_nonesuch_patch4_16").write(
      toFile: "\(path)/config.json", atomically: true, encoding: .utf8)
    let note = "'vit_nonesuch_patch4_16' is no architecture that timm 1.0.31 registers"
    for arguments in [
      ["inspect", path],
      ["explain", folder.path("photo.png"), "-m", path, "-e", "gmar", "-o", folder.path("out")],
    ] {
      let result = try XAIProcess.run(arguments)
      #expect(result.status == 0, "\(result.errors)")
      #expect((result.output + result.errors).contains(note), "\(result.output + result.errors)")
    }
    #expect(!(try XAIProcess.run("inspect", source)).output.contains("\nnote "))
  }

  @Test("a line break in a label is shown, not made, and names that look alike are two keys")
  func labelsOfAnyCharacters() throws {
    let folder = try TemporaryFolder()
    let model = folder.path("model")
    try FileManager.default.copyItem(atPath: FixtureModel.nonSquare, toPath: model)
    let path = model + "/config.json"
    var config = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: Any])
    var labels = try #require(config["id2label"] as? [String: String])
    labels["1"] = "ri\nng"
    config["id2label"] = labels
    config["label2id"] = nil
    let text = try String(decoding: JSONSerialization.data(withJSONObject: config), as: UTF8.self)
    // "caf\u{e9}" and "cafe\u{301}" are one key to Swift's dictionaries, so this is put in as text.
    let twins = #""label2id": {"caf\u00e9": 0, "cafe\u0301": 1},"#
    try Data(("{" + twins + text.dropFirst()).utf8).write(to: URL(filePath: path))
    let result = try XAIProcess.run("inspect", model, "--labels")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains(#"ri\nng"#), "\(result.output)")
  }

  @Test func labelsArePrintedWithTheirIndex() throws {
    let result = try XAIProcess.run("inspect", FixtureModel.nonSquare, "--labels")
    #expect(result.output.contains("3  hammerhead, hammerhead shark\n"))
    #expect(result.output.split(separator: "\n").count == 7)
  }

  @Test func jsonParses() throws {
    struct Summary: Decodable {
      struct Fit: Decodable {
        let id: String
        let scores: String
        let problem: String?
      }
      let parameters: Int
      let tensors: Int
      let labels: [String]
      let explainers: [Fit]
      let places: [String]
    }
    let result = try XAIProcess.run("inspect", FixtureModel.vit, "--json")
    let summary = try JSONDecoder().decode(Summary.self, from: Data(result.output.utf8))
    #expect(summary.labels.count == 7)
    #expect(summary.parameters > 0 && summary.tensors > 0)
    #expect(summary.explainers.allSatisfy { $0.problem == nil })
    #expect(summary.places.first == "input" && summary.places.contains("scores"))
    #expect(summary.explainers.first { $0.id == "attnlrp" }?.scores == "signed")
  }

  @Test func theKernelsCanBeChosen() throws {
    let option = try XAIProcess.run("inspect", FixtureModel.vit, "--kernels", "portable", "--threads", "1")
    #expect(option.output.contains("portable"))
    let variable = try XAIProcess.run(
      ["inspect", FixtureModel.vit], environment: ["XAI_KERNELS": "portable"])
    #expect(variable.output.contains("portable"))
    let unknown = try XAIProcess.run("inspect", FixtureModel.vit, "--kernels", "abacus")
    #expect(unknown.status == 64)
    #expect(unknown.errors.contains("abacus"))
  }

  @Test func lessPrecisionIsNamedOrRefused() throws {
    for precision in KernelSelection.Precision.allCases where precision != .float32 {
      let result = try XAIProcess.run("inspect", FixtureModel.vit, "--precision", precision.rawValue)
      if PortableKernels(precision: precision) == nil {
        #expect(result.status == 64 && result.errors.contains("amx_bf16"), "\(result.errors)")
      } else {
        #expect(result.output.contains("portable \(precision.rawValue) ("), "\(result.output)")
      }
    }
    for command in [
      ["check-gradients", "-m", FixtureModel.vit],
      ["train", "-m", FixtureModel.vit, "-d", "shapes", "-o", "nowhere"],
    ] {
      let result = try XAIProcess.run(command + ["--precision", "bfloat16"])
      #expect(result.status == 64 && result.errors.contains("float32 only"), "\(result.errors)")
    }
  }

  @Test func aMissingModelIsMissingInput() throws {
    let result = try XAIProcess.run("inspect", "/nowhere/model")
    #expect(result.status == 66)
    #expect(result.errors.contains("/nowhere/model"))
  }

  @Test func aMissingTensorIsNamed() throws {
    let folder = try TemporaryFolder()
    for name in ["config.json", "preprocessor_config.json", "model.safetensors"] {
      try FileManager.default.copyItem(atPath: "\(FixtureModel.vit)/\(name)", toPath: folder.path(name))
    }
    // The same length, so that the header stays whole.
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path("model.safetensors"))))
    let name = Array("classifier.bias".utf8)
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: name) })
    bytes.replaceSubrange(start..<start + name.count, with: Array("classifier.bia5".utf8))
    try folder.write(bytes, to: "model.safetensors")
    let result = try XAIProcess.run("inspect", folder.url.path)
    #expect(result.status == 65)
    #expect(result.errors.contains("classifier.bias"))
  }
}
