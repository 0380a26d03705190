import Foundation
import Testing
import XAI
import XAITesting

/// Where the data has the image tower of CLIP ViT-B/16.
private enum RealCLIP {
  static let folder: String? = RealData.path.flatMap { path in
    let folder = "\(path)/models/clip-vit-base-patch16.int8"
    return FileManager.default.fileExists(atPath: "\(folder)/int8.safetensors") ? folder : nil
  }
}

/// CLIP ViT-B/16 on photographs against `transformers`; skipped without the data, which is not part of the repository.
@Suite(.enabled(if: RealCLIP.folder != nil, "the data has no models/clip-vit-base-patch16.int8"))
struct RealCLIPTests {
  private struct Description: Decodable { let photos: [String] }

  /// The image tower in float32, in a folder of its own: its matrices are stored as int8 with a scale a row.
  private static func written(_ folder: String) throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/xai-real-clip-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let file = try SafetensorsFile(path: "\(folder)/int8.safetensors")
    var tensors: [String: Tensor] = [:]
    for stored in file.tensors where !stored.name.hasSuffix("_scale") {
      guard stored.type == .int8 else {
        tensors[stored.name] = try file.tensor(stored.name)
        continue
      }
      let scales = try file.tensor("\(stored.name)_scale").elements
      let columns = stored.shape.count / scales.count
      try WeightStore(file: file).withBytes(of: stored.name) { bytes in
        tensors[stored.name] = Tensor(
          stored.shape, bytes.enumerated().map { Float(Int8(bitPattern: $1)) * scales[$0 / columns] })
      }
    }
    try SafetensorsWriter().write(tensors, to: "\(path)/model.safetensors")
    for name in ["config.json", "preprocessor_config.json"] {
      try FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: "\(path)/\(name)")
    }
    return path
  }

  @Test("logits and top classes of 24 photographs, and relevance of two")
  func photographs() throws {
    let folder = try #require(RealCLIP.folder)
    let path = try Self.written(folder)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let registry = try Registry.builtIn()
    let classes = try ClassVectors(contentsOf: "\(folder)/coco80.npy")
    let model = try registry.loadModel(path, classes: .vectors(classes))
    let fixtures = GoldenCase.fixtures.appendingPathComponent("real-clip")
    let photos = try JSONDecoder().decode(
      Description.self, from: Data(contentsOf: fixtures.appendingPathComponent("photos.json"))
    ).photos
    let expected = try SafetensorsFile(path: fixtures.appendingPathComponent("expected.safetensors").path)
    let logits = try expected.tensor("logits")
    #expect(photos.count == 24)
    for (index, photo) in photos.enumerated() {
      let image = try RGBImage(contentsOf: RealData.file("images/photos/\(photo)"))
      let input = try model.descriptor.preprocessing.tensor(from: image)
      let (found, wanted) = (try model.logits(input).elements, logits[index].elements)
      expectClose(found, wanted, within: 2e-3, photo)
      let top = try #require(wanted.indices.max { wanted[$0] < wanted[$1] })
      #expect(found.indices.max { found[$0] < found[$1] } == top, "\(photo)")
      let prefix = "\(index).map|"
      for name in expected.tensors.map(\.name).filter({ $0.hasPrefix(prefix) }) {
        let map = try registry.explainer(String(name.dropFirst(prefix.count))).explain(
          input, targets: .classes([top]), using: model)[0][0]
        let tensor = try expected.tensor(name)
        expectCloseToLargest(Tensor(tensor.shape, map.scores), tensor, within: 2e-3, "\(photo) \(name)")
      }
    }
  }
}
