import Testing
import XAI
import XAICore
import XAIFoundation
import XAITensor
import XAITesting
import XAITransformer

@testable import XAIBench

@Suite struct OperationsTests {
  /// The numbers of the field, twice the multiply-adds that timm's tables give: 1.26, 4.61, 17.6, 61.6 and 167 billion.
  @Test(arguments: [
    (ModelSize.tiny, 2.51e9), (.small, 9.20e9), (.base, 35.1e9), (.large, 123.1e9), (.huge, 334.6e9),
  ])
  func theKnownNumbers(size: ModelSize, expected: Double) {
    let operations = VisionTransformerOperations(size.configuration).forward
    #expect(abs(operations / expected - 1) < 0.005, "\(size.name): \(operations)")
  }

  /// Every product that a pass makes, counted as it is made.
  @Test(arguments: [ToyModel.classToken, .distilled, .meanPooled, .registers, .attentionPooled])
  func theFormulaIsWhatIsDone(toy: ToyModel) throws {
    let profile = Profile()
    let kernels = ProfilingKernels(AvailableKernels.preferred.make(), into: profile)
    let model = try #require(toy.make(on: kernels) as? VisionTransformer)
    let operations = try #require(VisionTransformerOperations(of: model))
    let (images, gmar) = (2, GMAR())
    var random = SeededRandom(seed: 3)
    let input = random.normal([images, 3, model.configuration.imageHeight, model.configuration.imageWidth])
    func done() -> Double { profile.take().entries.reduce(0) { $0 + $1.arithmetic } / Double(images) }

    _ = done()
    _ = try model.logits(input)
    #expect(done() == operations.neededForward)

    let trace = try model.forward(input, recording: gmar.recording(for: model.descriptor))
    #expect(done() == operations.neededForward)
    let targets = try Targets([[0], [1]])
    _ = try gmar.explain(from: trace, targets: targets, using: model)
    #expect(done() == operations.neededReverse)

    // What the last block gives is asked for, of every token.
    var whole = try gmar.recording(for: model.descriptor)
    whole.activations = [ActivationPoint(layer: model.configuration.depth - 1, place: .output)]
    let wholeTrace = try model.forward(input, recording: whole)
    #expect(done() == operations.forward)
    _ = try gmar.explain(from: wholeTrace, targets: targets, using: model)
    #expect(done() == operations.reverse)
  }

  @Test func modelsInMemoryHaveTheirSizes() throws {
    let model = ModelSize.tiny.makeModel(on: AvailableKernels.preferred.make())
    #expect(model.descriptor.name == "ViT-Ti/16" && ModelSize.huge.name == "ViT-H/14")
    // timm's vit_tiny_patch16_224.
    #expect(model.descriptor.parameterCount == 5_717_416)
    var random = SeededRandom(seed: 1)
    let logits = try model.logits(random.normal([2, 3, 224, 224])).elements
    #expect(logits.allSatisfy { $0.isFinite })
    let standardDeviation = (logits.reduce(0) { $0 + $1 * $1 } / Float(logits.count)).squareRoot()
    #expect((0.1...10).contains(standardDeviation), "signals neither fade nor grow: \(standardDeviation)")
    #expect(logits.prefix(1000) != logits.suffix(1000))
  }
}
