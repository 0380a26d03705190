import Testing
import XAIAttentionRollout
import XAICore
import XAIFoundation
import XAIGMAR
import XAIGradCAM
import XAITensor
import XAITesting

@Suite struct ExplanationTests {
  @Test("several explainers in one pass give what each gives alone", arguments: AvailableKernels.all)
  func together(_ kernels: AvailableKernels) throws {
    let model = ToyModel.classToken.make(on: kernels.make())
    var random = SeededRandom(seed: 2)
    let input = random.normal([2, 3, 12, 12])
    let explainers: [any Explainer] = [AttentionRollout(), GMAR(), GradCAM()]
    let explanation = try Explanation(of: input, targets: .top(2), by: explainers, using: model)
    #expect(explanation.targets.countPerImage == 2)
    #expect(explanation.attributions.map { $0[0][0].explainer } == ["attention-rollout", "gmar", "grad-cam"])
    for (index, explainer) in explainers.enumerated() {
      let alone = try explainer.explain(input, targets: .top(2), using: model)
      for image in 0..<2 {
        for target in 0..<2 {
          expectClose(
            explanation.attributions[index][image][target].scores, alone[image][target].scores, within: 1e-6,
            "\(explainer.descriptor.id)")
        }
      }
    }
  }

  @Test("asked about no class there are no maps")
  func noTargets() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let explanation = try Explanation(
      of: Tensor(repeating: 0.5, [2, 3, 12, 12]), targets: .classes([]),
      by: [AttentionRollout(), GMAR(), GradCAM()], using: model)
    #expect(explanation.attributions.map { $0.map(\.count) } == Array(repeating: [0, 0], count: 3))
  }

  @Test("an explainer that does not fit is refused before any arithmetic")
  func refusal() throws {
    let model = LimitedModel(ToyModel.classToken.make(on: AvailableKernels.preferred.make()), to: .attention)
    let error = #expect(throws: ModelError.self) {
      try Explanation(
        of: Tensor(repeating: 0, [1, 3, 12, 12]), by: [AttentionRollout(), GradCAM()], using: model)
    }
    let text = error?.description ?? ""
    #expect(
      text.contains("grad-cam needs activations, activation-gradients, which toy-class-token does not give"))
    #expect(model.usedCapabilities.isEmpty)
  }
}
