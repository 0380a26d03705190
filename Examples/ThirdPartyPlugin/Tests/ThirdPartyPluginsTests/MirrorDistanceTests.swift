import Testing
import ThirdPartyPlugins
import XAI
import XAITesting

/// The distance in an evaluation of several explainers, against its formula for an image alone.
@Suite struct MirrorDistanceTests {
  /// How alike two maps are doesn't say which of them is right.
  @Test func conforms() { MetricConformance(MirrorDistance.self, checksDirection: false).run() }

  @Test func everyValueIsTheFormulaForTheImageAlone() throws {
    let registry = try Registry.builtIn(adding: [MirrorDistance.self])
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let explainers = try ["gmar", "grad-cam", "rise:masks=20"].map { try registry.explainer($0) }
    var random = SeededRandom(seed: 2)
    let pixels = Tensor([3, 12, 12], (0..<432).map { _ in random.uniform() })
    let input = model.descriptor.preprocessing.normalised(pixels).reshaped(to: [1, 3, 12, 12])
    let mirrored = Tensor(
      input.shape, input.elements.indices.map { input.elements[$0 / 12 * 12 + 11 - $0 % 12] })
    for explainer in explainers {
      let map = try explainer.explain(input, targets: .classes([1]), using: model)[0][0]
      let other = try explainer.explain(mirrored, targets: .classes([1]), using: model)[0][0]
      func length(_ scores: [Float]) -> Float { scores.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      var sum: Float = 0
      for row in 0..<3 {
        for column in 0..<3 {
          let difference =
            other.scores[3 * row + 2 - column] / length(other.scores) - map.scores[3 * row + column]
            / length(map.scores)
          sum += difference * difference
        }
      }
      let subject = try MetricSubject(
        pixels: pixels, preprocessing: model.descriptor.preprocessing, attribution: map, probability: 1)
      let value = try #require(
        try MirrorDistance().evaluate(subject, using: model, explainer: explainer))
      #expect(abs(value.number - Double(sum.squareRoot())) < 1e-3, "\(explainer.specification)")
    }
  }
}
