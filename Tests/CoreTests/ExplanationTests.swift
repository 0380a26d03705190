import Foundation
import Testing
import XAIAttentionRollout
import XAICore
import XAIFoundation
import XAIGMAR
import XAIGradCAM
import XAIImage
import XAISmoothGrad
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

  @Test("asked about no class it says so before any map is made")
  func noTargets() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    #expect(throws: TargetError.none) {
      try Explanation(
        of: Tensor(repeating: 0.5, [2, 3, 12, 12]), targets: .classes([]),
        by: [AttentionRollout(), GMAR(), GradCAM()], using: model)
    }
  }

  @Test(
    "an input that is no batch, and no image at all, are refused by name",
    arguments: [[], [12], [3, 12, 12]])
  func noBatch(_ extents: [Int]) throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let reason =
      "the input is \(TensorShape(extents)), and must be images×3×height×width, with one image at least"
    #expect(throws: ModelError.unsupportedInput(model: model.descriptor.name, reason: reason)) {
      try Explanation(of: Tensor(repeating: 0, TensorShape(extents)), by: [GMAR()], using: model)
    }
    #expect(throws: PreprocessingError.self) { try Explanation(of: [:], by: [GMAR()], using: model) }
  }

  @Test("a photograph has the map of its tensor, with the label and the softmax of its class")
  func photographs() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let (first, second) = (image(1), image(2))
    let preprocessing = model.descriptor.preprocessing
    let map = try GMAR().explain(first, target: 3, using: model)
    let tensor = try preprocessing.tensor(from: first)
    let logits = try model.logits(tensor).elements.map(Double.init)
    #expect(try map == GMAR().explain(tensor, targets: 3, using: model)[0][0])
    #expect(map.classIndex == 3 && map.label == model.descriptor.labels[3])
    let total = logits.reduce(0) { $0 + exponential($1) }
    #expect(abs(Double(map.probability ?? -1) - exponential(logits[3]) / total) < 1e-6)
    #expect(throws: ExplanationError.self) { try GMAR().explain(first, target: .top(2), using: model) }

    let labels = model.descriptor.labels
    let both = try Explanation(
      of: ["a": first, "b": second], targets: .each([.classes([3, 1]), .classes([0, 4])]),
      by: [GMAR(), GMAR { $0.norm = .l2 }, GradCAM()], using: model)
    #expect(both.images == ["a", "b"] && both.explainers == ["gmar", "gmar:norm=l2", "grad-cam"])
    #expect(try both["gmar", image: "a", target: labels[3]] == both.attributions[0][0][0])
    #expect(try both["gmar:norm=l2", image: "b", target: "4"] == both.attributions[1][1][1])
    #expect(try both[GradCAM.self, image: "b", target: labels[0]] == both.attributions[2][1][0])
    expectClose(try both["gmar", image: "a", target: "3"].scores, map.scores, within: 1e-6, "in a batch")

    func fails(_ error: ExplanationError, _ body: () throws -> Attribution) {
      #expect(throws: error) { _ = try body() }
    }
    fails(.severalExplainers("gmar", known: both.explainers.dropLast())) {
      try both[GMAR.self, image: "a", target: "3"]
    }
    fails(.noExplainer("lime", known: both.explainers)) { try both["lime", image: "a", target: "3"] }
    fails(.noImage("c", known: ["a", "b"])) { try both["gmar", image: "c", target: "3"] }
    fails(.severalImages(known: ["a", "b"])) { try both["gmar", target: "3"] }
    fails(.severalTargets(known: [labels[3], labels[1]])) { try both["gmar", image: "a"] }
    fails(.noTarget("0", known: [labels[3], labels[1]])) { try both["gmar", image: "a", target: "0"] }
    #expect(throws: ExplanationError.repeated(image: "a")) {
      try Explanation(of: ["a": first, "a": second], by: [GMAR()], using: model)
    }
  }

  /// An image that a seed decides.
  private func image(_ seed: UInt64) -> RGBImage {
    var random = SeededRandom(seed: seed)
    return RGBImage(width: 12, height: 12) { samples in
      for index in 0..<12 * 12 * 3 { samples[index] = UInt8(random.index(below: 256)) }
    }
  }

  @Test("a map that was written as JSON is the same map")
  func coding() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let map = try GMAR().explain(image(3), using: model)
    let read = try JSONDecoder().decode(Attribution.self, from: JSONEncoder().encode(map))
    #expect(read == map)
    #expect(map.description.count < 200 && map.description.hasPrefix("gmar of class \(map.classIndex) "))
  }

  @Test("options in place are those of a value, and go through the same gate as texts")
  func options() throws {
    var options = GMAROptions()
    options.norm = .l2
    #expect(try GMAR { $0.norm = .l2 }.options == options)
    #expect(try GMAR(preset: .paper).specification == "gmar:preset=paper")
    #expect(
      try GMAR(preset: .authorsCode) { $0.norm = .l2 }.specification == "gmar:preset=authors-code,norm=l2")
    #expect(
      throws: OptionError.invalid(
        owner: "smooth-grad", option: "samples", value: "0", allowed: "a whole number from 1 to 10000")
    ) {
      try SmoothGrad { $0.samples = 0 }
    }
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
