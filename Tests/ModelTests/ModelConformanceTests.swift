import Foundation
import Testing
import XAICore
import XAIModels
import XAITensor
import XAITesting
import XAIWeights

/// The conformance kit on every model family of the list, each with the models of `Tests/Fixtures` that it takes for its own.
@Suite struct ModelConformanceTests {
  /// A fixture and the family that loads it.
  struct Model: Sendable, CustomTestStringConvertible {
    let family: BuiltIn
    let path: String

    var testDescription: String { "\(family.testDescription): \(URL(filePath: path).lastPathComponent)" }
  }

  static let fixtures: [String] = ["models", "variants", "siglip", "swin"].flatMap { kind in
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/\(kind)")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    // Those of other input sizes have the weights of another fixture.
    return names.filter { !$0.hasSuffix("-interpolated") }.sorted().map { folder.appending(path: $0).path }
      .filter { FileManager.default.fileExists(atPath: $0 + "/config.json") }
  }

  /// As a registry chooses: the families listed last are asked first.
  static let models: [Model] = fixtures.compactMap { path in
    guard let directory = try? ModelDirectory(path) else { return nil }
    return builtInModels.last { ($0 as? any ModelArchitecture.Type)?.matches(directory) == true }
      .map { Model(family: BuiltIn(type: $0), path: path) }
  }

  @Test("conforms", arguments: models.filter(\.family.isChosen), AvailableKernels.all)
  func conforms(_ model: Model, _ kernels: AvailableKernels) throws {
    let family = try #require(model.family.type as? any ModelArchitecture.Type)
    let directory = try ModelDirectory(model.path)
    ArchitectureConformance(family, loading: directory, on: kernels.make()).run()
    let expected = try SafetensorsFile(path: "\(model.path)/expected.safetensors")
    guard expected["class_vectors"] != nil else { return }
    let vectors = try expected.tensor("class_vectors")
    let names = (0..<vectors.shape[0]).map { "class \($0)" }
    ArchitectureConformance(
      family, loading: directory, on: kernels.make(),
      classes: .vectors(try ClassVectors(vectors, names: names))
    ).run()
  }

  @Test("every family has a fixture", arguments: builtInModels.map(BuiltIn.init))
  func fixture(_ family: BuiltIn) {
    #expect(Self.models.contains { $0.family.type == family.type })
  }

  @Test("every fixture has a family")
  func family() {
    #expect(Self.models.map(\.path) == Self.fixtures)
  }
}
