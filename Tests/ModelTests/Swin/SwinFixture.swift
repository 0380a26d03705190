import Foundation
import Testing
import XAICore
import XAIExplainers
import XAIImage
import XAIModels
import XAITensor
import XAITransformer
import XAIWeights

/// A small random model of `Tests/Fixtures/swin` with what PyTorch computes with it.
struct SwinFixture: Sendable, CustomTestStringConvertible {
  struct Target: Decodable {
    let image: Int
    let `class`: Int
  }

  private struct Description: Decodable {
    let model: String
    let grids: [[Int]]
    let recordingPoints: [String]
    let targets: [Target]
    let specs: [String]
  }

  let name: String
  let grids: [PatchGrid]
  let points: [Place]
  let targets: [Target]
  let specs: [String]
  let modelPath: String
  let expected: SafetensorsFile

  var testDescription: String { name }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/swin")

  static let all: [SwinFixture] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().compactMap { try? SwinFixture($0) }
  }()

  init(_ name: String) throws {
    let folder = Self.folder.appendingPathComponent(name)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let description = try decoder.decode(
      Description.self, from: Data(contentsOf: folder.appendingPathComponent("case.json")))
    self.name = name
    self.grids = description.grids.map { PatchGrid(rows: $0[0], columns: $0[1]) }
    self.points = description.recordingPoints.map(Place.init(rawValue:))
    self.targets = description.targets
    self.specs = description.specs
    self.modelPath = folder.appendingPathComponent(description.model).standardized.path
    self.expected = try SafetensorsFile(path: folder.appendingPathComponent("expected.safetensors").path)
  }

  func model(on kernels: any Kernels) throws -> any Model {
    try Registry(plugins: builtInModels + builtInExplainers).loadModel(
      ModelDirectory(modelPath), LoadRequest(kernels: kernels))
  }

  func tensor(_ key: String) throws -> Tensor { try expected.tensor(key) }

  func optionalTensor(_ key: String) throws -> Tensor? {
    expected[key] == nil ? nil : try expected.tensor(key)
  }

  /// Every stored point of every layer.
  var activationPoints: [ActivationPoint] {
    grids.indices.flatMap { layer in points.map { ActivationPoint(layer: layer, place: $0) } }
  }
}
