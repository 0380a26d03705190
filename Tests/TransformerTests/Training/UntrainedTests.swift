import Foundation
import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAIModels
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

@Suite struct UntrainedTests {
  private func untrained(
    _ model: EditedModel, labels: [String] = ["a", "b", "c"], seed: UInt64 = 1
  ) throws -> any TrainableModel {
    var random = SeededRandom(seed: seed)
    return try Registry(plugins: builtInModels).makeUntrainedModel(
      model.directory(), labels: labels, random: &random, on: AvailableKernels.preferred.make())
  }

  @Test("weights are drawn as they should be, whatever else is drawn")
  func statistics() throws {
    let model = try EditedModel("hf-vit").without("model.safetensors")
      .set([("hidden_size", 96), ("num_attention_heads", 3), ("intermediate_size", 384)])
    let parameters = try untrained(model).parameters
    for parameter in parameters {
      let (name, elements) = (parameter.name, parameter.tensor.elements)
      guard parameter.tensor.shape.rank > 1 else {
        let expected: Float = name.contains("layernorm") && name.hasSuffix("weight") ? 1 : 0
        #expect(elements.allSatisfy { $0 == expected }, "\(name)")
        continue
      }
      guard !name.hasSuffix("position_embeddings") else { continue }
      // Maps have a variance of 2/(inputs + outputs); tokens and classifiers σ = 0.02. All are cut at ±2σ of a normal
      // distribution whose σ is larger by as much as the cut takes away.
      let shape = parameter.tensor.shape
      let isMap = shape.rank != 3 && !parameter.isHead
      let standardDeviation = isMap ? (2 / Float(shape[0] + shape.count / shape[0])).squareRoot() : 0.02
      let error = 5 * standardDeviation / Float(elements.count).squareRoot()
      let mean = elements.reduce(0, +) / Float(elements.count)
      let squares = elements.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      #expect(elements.allSatisfy { abs($0) <= 2 / 0.8796 * standardDeviation }, "\(name)")
      #expect(abs(mean) < error, "\(name): mean \(mean)")
      #expect(abs((squares / Float(elements.count)).squareRoot() - standardDeviation) < error, "\(name)")
    }
    // A deeper model and other classes leave the rest as it is: each tensor is drawn on its own.
    let deeper = try untrained(model.set([("num_hidden_layers", 4)]), labels: ["a"]).parameters
    let known = Dictionary(uniqueKeysWithValues: deeper.map { ($0.name, $0.tensor) })
    for parameter in parameters where !parameter.isHead {
      #expect(known[parameter.name]?.elements == parameter.tensor.elements, "\(parameter.name)")
    }
    let matrices = parameters.filter { $0.tensor.shape == [96, 96] }.map(\.tensor.elements)
    #expect(Set(matrices).count == matrices.count, "matrices of one shape must not begin alike")
  }

  @Test("positions of patches begin as waves of their row and column, those of tokens close to 0")
  func positions() throws {
    let model = try EditedModel("hf-vit").without("model.safetensors")
      .set([("hidden_size", 24), ("num_attention_heads", 3), ("image_size", 16), ("patch_size", 4)])
    let parameters = try untrained(model).parameters
    let positions = try #require(parameters.first { $0.name.hasSuffix("position_embeddings") }).tensor[0]
    #expect(positions.shape == [17, 24])
    #expect(positions[0].elements.allSatisfy { abs($0) < 0.05 })
    // Patch 6 is in row 1 and column 2; the third of six frequencies is 10,000^(−2/6).
    let patch = positions[1 + 6].elements
    let frequency = pow(10_000, -2.0 / 6)
    let expected = [sin(2 * frequency), cos(2 * frequency), sin(frequency), cos(frequency)]
    for (index, expected) in expected.enumerated() {
      #expect(abs(Double(patch[index * 6 + 2]) - expected) < 1e-6)
    }
  }

  @Test(
    "the seed decides, and the labels are the classes", arguments: ["hf-vit", "hf-deit", "hf-deit-distilled"])
  func seeds(_ name: String) throws {
    func elements(_ seed: UInt64) throws -> [[Float]] {
      let model = try untrained(EditedModel(name), seed: seed)
      #expect(model.descriptor.labels == ["a", "b", "c"])
      #expect(model.descriptor.parameterCount == model.parameters.reduce(0) { $0 + $1.tensor.count })
      return model.parameters.map(\.tensor.elements)
    }
    let first = try elements(1)
    #expect(try elements(1) == first)
    #expect(try elements(2) != first)
  }

  @Test("the parameters are those of a trained model", arguments: ["hf-vit", "hf-deit", "hf-deit-distilled"])
  func names(_ name: String) throws {
    let loaded = try #require(try EditedModel(name).load() as? any TrainableModel)
    let new = try untrained(EditedModel(name), labels: loaded.descriptor.labels)
    #expect(new.parameters.map(\.name) == loaded.parameters.map(\.name))
    #expect(new.parameters.map(\.tensor.shape) == loaded.parameters.map(\.tensor.shape))
    #expect(new.descriptor.layout == loaded.descriptor.layout)
    #expect(new.descriptor.preprocessing == loaded.descriptor.preprocessing)
  }

  @Test("an input size of its own needs no preprocessor_config.json", arguments: ["hf-vit", "hf-deit"])
  func inputSize(_ name: String) throws {
    let model = try EditedModel(name).without("preprocessor_config.json")
      .set([("image_size", 96), ("patch_size", 8)])
    let new = try untrained(model)
    #expect(try #require(new.descriptor.preprocessing.inputSize) == (96, 96))
    #expect(new.descriptor.layout.grid == PatchGrid(rows: 12, columns: 12))
    let file = try #require(try new.configurationFiles()["preprocessor_config.json"])
    let config = try Configuration(text: file, file: "preprocessor_config.json")
    #expect(try config.integer(name == "hf-vit" ? "size.height" : "crop_size.height") == 96)
  }

  @Test("what can't be trained is refused with the reason")
  func refused() throws {
    let timm = #expect(throws: ModelError.self) { try untrained(EditedModel("timm-vit")) }
    #expect(timm?.description.contains("hidden_size") == true, "\(timm?.description ?? "")")
    let huge = #expect(throws: ModelError.self) {
      try untrained(
        EditedModel("hf-vit").set([
          ("hidden_size", 65_536), ("num_attention_heads", 64), ("num_hidden_layers", 1_000),
        ]))
    }
    #expect(huge?.description.contains("GB of memory") == true, "\(huge?.description ?? "")")
    #expect(throws: VisionTransformerError.self) { try untrained(EditedModel("hf-vit"), labels: []) }
  }
}
