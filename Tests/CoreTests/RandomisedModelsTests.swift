import Testing
import XAICore
import XAIFoundation
import XAITesting
import XAITransformer

@Suite struct RandomisedModelsTests {
  private let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make()) as? VisionTransformer

  private static func cascade(of model: VisionTransformer, seed: Int) -> [VisionTransformer] {
    let models = RandomisedModels(of: model, seed: seed)
    return RandomisedModels.stages(layerCount: model.descriptor.layerCount)
      .compactMap { models[$0] as? VisionTransformer }
  }

  @Test("stages are few, evenly chosen, from the classifier to everything")
  func stages() {
    #expect(RandomisedModels.stages(layerCount: 1) == [0, 1, 2])
    #expect(RandomisedModels.stages(layerCount: 3) == [0, 1, 2, 3, 4])
    #expect(RandomisedModels.stages(layerCount: 4) == [0, 1, 3, 4, 5])
    #expect(RandomisedModels.stages(layerCount: 12) == [0, 3, 7, 10, 13])
    #expect(RandomisedModels.stages(layerCount: 24) == [0, 6, 13, 19, 25])
  }

  @Test("each stage shuffles more tensors, from the last block to the first")
  func cascade() throws {
    let model = try #require(model)
    let stages = Self.cascade(of: model, seed: 1)
    try #require(stages.count == 5)
    for (stage, randomised) in stages.enumerated() {
      for (own, changed) in zip(model.parameters, randomised.parameters) {
        let expected = own.isHead || own.layer.map { 3 - $0 <= stage } ?? (stage == 4)
        let (before, after) = (own.tensor.elements, changed.tensor.elements)
        #expect((before != after) == (expected && Set(before).count > 1), "\(own.name) in stage \(stage)")
        #expect(before.sorted() == after.sorted(), "\(own.name) has other values")
      }
    }
    // All models share the shuffled tensors.
    let heads = stages.map { $0.parameters.filter(\.isHead).map(\.tensor.elements) }
    #expect(heads.allSatisfy { $0 == heads[0] })
  }

  @Test func seeds() throws {
    let model = try #require(model)
    func values(_ seed: Int) -> [[Float]] {
      Self.cascade(of: model, seed: seed).flatMap { $0.parameters.map(\.tensor.elements) }
    }
    #expect(values(1) == values(1))
    #expect(values(1) != values(2))
  }
}
