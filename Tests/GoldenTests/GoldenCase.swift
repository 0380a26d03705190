import Foundation
import Testing
import XAI

/// A small random model of `Tests/Fixtures/models` or `siglip` with what PyTorch computes with it.
struct GoldenCase: Sendable, CustomTestStringConvertible {
  struct Target: Decodable {
    let image: Int
    let `class`: Int
  }

  private struct Description: Decodable {
    let model: String
    let targets: [Target]
    let specs: [String]
    let recordingPoints: [String]
    let parameterGradients: Bool
  }

  let name: String
  let targets: [Target]
  let specs: [String]
  let points: [Place]
  let hasParameterGradients: Bool
  let modelPath: String
  let expected: SafetensorsFile

  var testDescription: String { name }

  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  /// Those that explainers, rules and interventions are held against, too.
  static let all = cases(of: "models")

  /// Those of variants of blocks, whose maps are the same code.
  static let variants = cases(of: "variants")

  /// Those, and models with attention pooling, whose values are their own and those of the attention methods.
  static let everyModel = all + variants + cases(of: "siglip")

  private static func cases(of kind: String) -> [GoldenCase] {
    let folder = fixtures.appendingPathComponent(kind)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().compactMap { try? GoldenCase(folder.appendingPathComponent($0)) }
  }

  private init(_ folder: URL) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let description = try decoder.decode(
      Description.self, from: Data(contentsOf: folder.appendingPathComponent("case.json")))
    self.name = folder.lastPathComponent
    self.targets = description.targets
    self.specs = description.specs
    self.points = description.recordingPoints.map(Place.init(rawValue:))
    self.hasParameterGradients = description.parameterGradients
    self.modelPath = folder.appendingPathComponent(description.model).standardized.path
    self.expected = try SafetensorsFile(path: folder.appendingPathComponent("expected.safetensors").path)
  }

  /// Whether the classes are vectors that the model is given.
  var hasClassVectors: Bool { expected["class_vectors"] != nil }

  func model(on kernels: any Kernels) throws -> any Model {
    let classes = try optionalTensor("class_vectors").map { vectors in
      ClassSource.vectors(
        try ClassVectors(vectors, names: (0..<vectors.shape[0]).map { "class \($0)" }))
    }
    return try Registry.builtIn().loadModel(
      ModelDirectory(modelPath), LoadRequest(kernels: kernels, classes: classes))
  }

  func tensor(_ key: String) throws -> Tensor { try expected.tensor(key) }

  func optionalTensor(_ key: String) throws -> Tensor? {
    expected[key] == nil ? nil : try expected.tensor(key)
  }
}
