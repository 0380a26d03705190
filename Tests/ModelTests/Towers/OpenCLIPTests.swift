import Foundation
import Testing
import XAICore
import XAIImage
import XAIModels
import XAITensor
import XAITesting
import XAIWeights

@testable import XAITowers

/// Directories of OpenCLIP, against what OpenCLIP computes.
@Suite struct OpenCLIPTests {
  private let texts: ClassTexts

  init() throws { texts = try ClassTexts(TextFixture.load().classes) }

  @Test("logits of images and texts", arguments: AvailableKernels.nearFloat32)
  func logits(_ kernels: AvailableKernels) throws {
    let model = try CLIP.load(TextFixture.path("open-clip"), classes: .texts(texts), on: kernels.make())
    #expect(model.descriptor.labels == texts.names && model.descriptor.notes.isEmpty)
    let logits = try model.logits(TextFixture.expected("open-clip.input"))
    expectClose(
      logits, try TextFixture.expected("open-clip.logits"), within: 1e-4 * kernels.slack, "logits")
  }

  @Test("vectors of texts")
  func vectors() throws {
    let found = try TextFixture.tower("open-clip").vectors(of: texts).vectors.vectors
    expectClose(found, try TextFixture.expected("open-clip.texts"), within: 1e-5, "texts")
  }

  @Test("images become inputs as by OpenCLIP's transform")
  func preprocessing() throws {
    let model = try CLIP.load(TextFixture.path("open-clip"))
    let image = try RGBImage(contentsOf: TextFixture.path("open-clip/photograph.png"))
    let pixels = try model.descriptor.preprocessing.tensor(from: image)
    expectClose(pixels[0], try TextFixture.expected("open-clip.pixels"), within: 1e-5, "pixels")
  }

  @Test("beside another library's files, OpenCLIP's weights by their name are OpenCLIP's")
  func named() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/xai-open-clip-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.copyItem(atPath: TextFixture.path("open-clip"), toPath: folder)
    for name in ["config.json", "model.safetensors"] {
      let timm = CLIPFixture.fixtures.appending(path: "models/timm-vit-clip-quickgelu/\(name)")
      try FileManager.default.copyItem(atPath: timm.path, toPath: "\(folder)/\(name)")
    }
    #expect(try ModelDirectory(folder).format == .timm)
    #expect(try CLIP.load(folder).descriptor.classCount == 7)
    let model = try CLIP.load("\(folder)/open_clip_model.safetensors", classes: .texts(texts))
    let logits = try model.logits(TextFixture.expected("open-clip.input"))
    expectClose(logits, try TextFixture.expected("open-clip.logits"), within: 1e-4, "logits")
  }

  @Test("the family conforms, without classes and with them")
  func conforms() throws {
    let directory = try ModelDirectory(TextFixture.path("open-clip"))
    ArchitectureConformance(CLIP.self, loading: directory).run()
    ArchitectureConformance(CLIP.self, loading: directory, classes: .texts(texts)).run()
  }

  @Test(
    "settings that aren't computed are refused by their keys",
    arguments: [
      ("vision_cfg", "attentional_pool", JSONValue.string("parallel"), "attentional_pool"),
      ("vision_cfg", "timm_model_name", .string("vit_base"), "timm_model_name"),
      ("vision_cfg", "pool_type", .string("avg"), "pool_type"),
      ("text_cfg", "hf_model_name", .string("roberta"), "hf_model_name"),
      ("text_cfg", "no_causal_mask", .boolean(true), "no_causal_mask"),
      ("vision_cfg", "mlp_ratio", .double(-1), "mlp_ratio"),
    ])
  func refusals(_ section: String, _ key: String, _ value: JSONValue, _ reason: String) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/xai-open-clip-\(UUID().uuidString)"
    try FileManager.default.copyItem(atPath: TextFixture.path("open-clip"), toPath: folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/open_clip_config.json"
    guard case .object(var whole) = try Configuration(path: path).value,
      case .object(var model)? = whole["model_cfg"], case .object(var tower)? = model[section]
    else { return }
    tower[key] = value
    model[section] = .object(tower)
    whole["model_cfg"] = .object(model)
    try Data(JSONValue.object(whole).jsonText.utf8).write(to: URL(filePath: path))
    expectError(reason) { try CLIP.load(folder, classes: .texts(texts)) }
  }
}
