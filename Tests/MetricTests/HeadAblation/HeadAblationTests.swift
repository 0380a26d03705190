import Testing
import XAICore
import XAIEvaluation
import XAIFoundation
import XAIImage
import XAIMetrics
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// Curves of removed heads, against single forward passes written naively.
@Suite struct HeadAblationTests {
  private let model = ToyModel.classToken.make(on: PortableKernels())
  private let registry: Registry

  init() throws { registry = try Registry(plugins: builtInMetrics) }

  private var weights: [[Float]] { [[0.2, 0.5, 0.3], [0.6, 0.1, 0.3], [0.3, 0.3, 0.4]] }

  private func subject(_ weights: [[Float]]?) throws -> MetricSubject {
    var random = SeededRandom(seed: 31)
    let pixels = Tensor([3, 12, 12], (0..<432).map { _ in random.uniform() })
    let logits = try model.logits(
      model.descriptor.preprocessing.normalised(pixels).reshaped(to: [1, 3, 12, 12]))[0].elements
    var subject = try MetricSubject(
      pixels: pixels, preprocessing: model.descriptor.preprocessing, scores: [Float](repeating: 0, count: 9),
      grid: PatchGrid(rows: 3, columns: 3), map: [Float](repeating: 0, count: 144), classIndex: 1,
      probability: softmax(logits)[1])
    subject.headWeights = weights
    return subject
  }

  private func curve(_ subject: MetricSubject, _ removed: [[Intervention.Head]]) throws -> [Double] {
    let input = subject.image.input.reshaped(to: [1, 3, 12, 12])
    return try removed.map { heads in
      // The projection's columns of the head are zero.
      var tensors = Dictionary(
        uniqueKeysWithValues: try model.trainable().parameters.map { ($0.name, $0.tensor) })
      for head in heads {
        let name = "blocks.\(head.layer).attn.proj.weight"
        let weight = try #require(tensors[name])
        let width = model.descriptor.width / model.descriptor.headCount
        tensors[name] = Tensor(
          weight.shape,
          weight.elements.enumerated().map { place, value in
            place % model.descriptor.width / width == head.head ? 0 : value
          })
      }
      let logits = try model.trainable().replacingParameters(tensors).logits(input)[0].elements
      return Double(softmax(logits)[1]) * 100
    }
  }

  private func head(_ layer: Int, _ head: Int) -> Intervention.Head { .init(layer: layer, head: head) }

  /// The heads removed at each point, of three layers of three heads with the weights above.
  private var leastByLayer: [[Intervention.Head]] {
    let first = [head(0, 0), head(1, 1), head(2, 0)]
    let second = first + [head(0, 2), head(1, 2), head(2, 1)]
    return [[], first, second, second + [head(0, 1), head(1, 0), head(2, 2)]]
  }

  private var mostByLayer: [[Intervention.Head]] {
    let first = [head(0, 1), head(1, 0), head(2, 2)]
    let second = first + [head(0, 2), head(1, 2), head(2, 0)]
    return [[], first, second, leastByLayer[3]]
  }

  private func area(_ y: [Double]) -> Double {
    zip(y, y.dropFirst()).reduce(0) { $0 + ($1.0 + $1.1) / 2 } / Double(y.count - 1)
  }

  @Test("each layer loses as many heads at a step; of equal weights the first goes first")
  func byLayer() throws {
    let subject = try subject(weights)
    let (least, most) = (try curve(subject, leastByLayer), try curve(subject, mostByLayer))
    for (order, expected) in [
      ("least", least), ("most", most.map { most[0] - $0 }), ("both", zip(least, most).map { $0 - $1 }),
    ] {
      let metric = try registry.metric("head-ablation:order=\(order)")
      let value = try #require(try metric.evaluate(subject, using: model))
      expectClose(
        try #require(value.curve).y.map { Float($0) }, expected.map { Float($0) }, within: 1e-3, order)
      #expect(abs(value.number - area(expected)) < 1e-3)
      #expect(abs(area(expected)) > 1e-3)
    }
  }

  @Test("or the whole model does, in one order and as few steps as are asked for")
  func byModel() throws {
    let subject = try subject(weights)
    let order = [
      head(1, 1), head(0, 0), head(0, 2), head(1, 2), head(2, 0), head(2, 1), head(2, 2), head(0, 1),
      head(1, 0),
    ]
    let points = [0, 2, 4, 6, 9].map { Array(order.prefix($0)) }
    let metric = try registry.metric("head-ablation:among=model,steps=4,order=least")
    let value = try #require(try metric.evaluate(subject, using: model))
    expectClose(
      try #require(value.curve).y.map { Float($0) }, try curve(subject, points).map { Float($0) },
      within: 1e-3, "curve")
    #expect(value.curve?.x == [0, 25, 50, 75, 100])
  }

  @Test("reversed weights have the opposite gain, and logits are those of the same passes")
  func reversed() throws {
    let distinct: [[Float]] = [[0.2, 0.5, 0.3], [0.6, 0.1, 0.3], [0.25, 0.35, 0.4]]
    for score in ["probability", "logit"] {
      let metric = try registry.metric("head-ablation:score=\(score)")
      let (gain, opposite) = (
        try #require(try metric.evaluate(subject(distinct), using: model)).number,
        try #require(try metric.evaluate(subject(distinct.map { $0.map { 1 - $0 } }), using: model)).number
      )
      #expect(abs(gain) > 1e-3 && abs(gain + opposite) < 1e-3)
    }
  }

  @Test("explainers that weight no heads have no value, and models that keep their heads are refused")
  func notApplicable() throws {
    let metric = try registry.metric("head-ablation")
    #expect(try metric.evaluate(subject(nil), using: model) == nil)
    #expect(metric.needs == [.headRemoval, .probabilities])
    #expect(try registry.metric("head-ablation:score=logit").needs == .headRemoval)
    expectError("asks for a map of some patches or without heads") {
      try MapOfHeads().evaluate(subject(weights), using: model, explainer: FlatExplainer())
    }
  }
}

/// Asks for what can't be had: a map of a model without a head.
private struct MapOfHeads: Metric {
  static let descriptor = HeadAblation.descriptor
  let options = NoOptions()
  init(options: NoOptions = NoOptions()) {}
  func plan(for subject: MetricSubject) -> MetricPlan {
    .ask(maps: [MapRequest(Frame(.heads([.init(layer: 0, head: 0)])))]) { _ in .value(nil) }
  }
}

private struct FlatExplainer: Explainer {
  static let descriptor = ExplainerDescriptor(
    id: "flat", title: "Flat", summary: "Says nothing", family: .baseline, needs: [], isClassSpecific: false,
    scores: .magnitude, forwardPasses: "0", backwardPasses: "0", citation: HeadAblation.descriptor.citation)
  let options = NoOptions()
  init(options: NoOptions = NoOptions()) {}
  func recording(for model: ModelDescriptor) -> Recording { Recording() }
  func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] { [] }
}
