import Foundation
import Testing
import XAI
import XAITesting

/// Trained models on photographs against PyTorch; skipped without the data, which is not part of the repository.
@Suite(.enabled(if: RealData.path != nil, "set XAI_DATA to the folder of models and images to run these"))
struct RealModelTests {
  private static let photos = (try? RealData.photos()) ?? []

  @Test(
    "logits, attention, gradients and maps of photographs", arguments: photos, AvailableKernels.nearFloat32)
  func photographs(_ photo: RealData.Photo, _ kernels: AvailableKernels) throws {
    let model = try RealData.model(photo.model, on: kernels.make())
    let image = try RGBImage(contentsOf: RealData.file("images/photos/\(photo.photo)"))
    #expect([image.width, image.height] == photo.decodedSize)
    let input = try model.descriptor.preprocessing.tensor(from: image)
    let expected = try SafetensorsFile(
      path: GoldenCase.fixtures.appendingPathComponent("real/expected.safetensors").path)
    func golden(_ key: String) throws -> Tensor {
      try expected.tensor("\(photo.model).\(photo.index).\(key)")
    }

    let trace = try model.forward(input, recording: Recording(attention: .all, gradients: true))
    expectClose(trace.logits[0], try golden("logits"), within: 1e-4 * kernels.slack, "logits")
    expectClose(
      try trace.attention(ofLayer: 11)[0][0][0], try golden("attention.11.head0.class_row"),
      within: 1e-5 * kernels.slack,
      "attention.11.head0.class_row")

    let targets = try Targets([photo.targets])
    var gradients: [Int: Tensor] = [:]
    _ = try model.differentiable().backward(
      from: targets.cotangent(classCount: 1000), through: trace, rules: .gradient,
      requesting: GradientRequest(attention: .all)
    ) { gradients[$0.layer] = $0.gradient }
    for target in photo.targets.indices {
      for layer in [0, 11] {
        expectCloseToLargest(
          try #require(gradients[layer])[target][0][0],
          try golden("t\(target).attention_gradient.\(layer).head0.class_row"), within: 1e-4 * kernels.slack,
          "t\(target) gradient of layer \(layer)")
      }
    }

    let registry = try Registry.builtIn()
    let prefix = "\(photo.model).\(photo.index).t"
    let maps = expected.tensors.map(\.name).filter { $0.hasPrefix(prefix) && $0.contains("map|") }
    #expect(maps.count >= 20)
    for name in maps {
      let target = try #require(Int(String(name.dropFirst(prefix.count).prefix(1))))
      let spec = try #require(name.split(separator: "|").last.map(String.init))
      let attribution = try registry.explainer(spec).explain(
        input, targets: .classes(photo.targets), using: model)[0][target]
      expectClose(
        minMaxNormalised(attribution.scores), minMaxNormalised(try expected.tensor(name).elements),
        within: 1e-4 * kernels.slack, name)
    }
  }

  @Test(
    "the same top-1 as PyTorch on 200 validation images",
    arguments: ["vit-tiny-patch16-224", "deit_tiny_patch16_224.timm"])
  func topOne(_ name: String) throws {
    let model = try RealData.model(name, on: KernelSelection.makeKernels(threads: 1))
    let expected = try RealData.topOne(name)
    let folder = try RealData.file("images/imagenet-val-200")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".JPEG") }
      .sorted()
    #expect(files.count == 200 && expected.count == 200)
    var found: [Int] = []
    for start in stride(from: 0, to: files.count, by: 8) {
      let images = try files[start..<min(start + 8, files.count)].map {
        try RGBImage(contentsOf: "\(folder)/\($0)")
      }
      let logits = try model.logits(model.descriptor.preprocessing.tensor(from: images))
      found += try TargetSelection.predicted.resolve(logits: logits, labels: model.descriptor.labels).classes
        .map { $0[0] }
    }
    #expect(found == expected)
  }
}

/// The folder of trained models and photographs that `XAI_DATA` names.
enum RealData {
  struct Photo: Decodable, Sendable, CustomTestStringConvertible {
    let model: String
    let index: Int
    let photo: String
    let targets: [Int]
    let decodedSize: [Int]

    var testDescription: String { "\(model), \(photo)" }
  }

  static let path = ProcessInfo.processInfo.environment["XAI_DATA"]

  static func file(_ name: String) throws -> String { "\(try #require(path))/\(name)" }

  static func model(_ name: String, on kernels: any Kernels) throws -> any Model {
    try Registry.builtIn().loadModel(ModelDirectory(file("models/\(name)")), LoadRequest(kernels: kernels))
  }

  static func photos() throws -> [Photo] {
    struct File: Decodable { let photos: [Photo] }
    return try read(File.self, "real/photos.json").photos
  }

  static func topOne(_ model: String) throws -> [Int] {
    struct File: Decodable {
      struct Entry: Decodable { let classes: [Int] }
      let models: [String: Entry]
    }
    return try #require(try read(File.self, "real/top1.json").models[model]).classes
  }

  private static func read<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(contentsOf: GoldenCase.fixtures.appendingPathComponent(name)))
  }
}
