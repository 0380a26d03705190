import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting
import XAITransformer

@Suite struct NewHeadTests {
  @Test(
    "new classes replace every head and keep the rest",
    arguments: [ToyModel.classToken, .distilled, .meanPooled])
  func replaced(_ toy: ToyModel) throws {
    let model = try #require(toy.make(on: AvailableKernels.preferred.make()) as? VisionTransformer)
    let labels = (0..<300).map { "new \($0)" }
    var random = SeededRandom(seed: 1)
    let new = model.replacingHead(labels: labels, random: &random)
    #expect(new.descriptor.labels == labels)
    #expect(new.configuration.classCount == 300)
    #expect(model.configuration.classCount == 5)
    #expect(
      new.descriptor.parameterCount == new.parameters.reduce(0) { $0 + $1.tensor.count })
    var heads: [[Float]] = []
    for (old, new) in zip(model.parameters, new.parameters) {
      #expect(old.name == new.name && old.isHead == new.isHead && old.isDecayed == new.isDecayed)
      guard new.isHead else {
        #expect(new.tensor.elements == old.tensor.elements, "\(new.name)")
        continue
      }
      if new.tensor.shape.rank == 1 {
        #expect(new.tensor.elements == [Float](repeating: 0, count: 300), "\(new.name)")
      } else {
        #expect(new.tensor.shape == [300, 12])
        heads.append(new.tensor.elements)
      }
    }
    #expect(heads.count == (toy == .distilled ? 2 : 1))
    #expect(Set(heads).count == heads.count, "two heads must not begin alike")
    let logits = try new.logits(Tensor(repeating: 0.5, [1, 3, 12, 12]))
    #expect(logits.shape == [1, 300])
  }

  @Test("a generator that goes on gives another head the next time")
  func generator() throws {
    let model = try #require(
      ToyModel.classToken.make(on: AvailableKernels.preferred.make()) as? VisionTransformer)
    var random = SeededRandom(seed: 1)
    let heads = (0..<2).map { _ in
      model.replacingHead(labels: ["a", "b"], random: &random).parameters.filter(\.isHead)[0].tensor.elements
    }
    #expect(heads[0] != heads[1])
  }
}
