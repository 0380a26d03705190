import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAITransformer

@Suite struct CosineHeadTests {
  private static let (images, features, projected, classes) = (3, 6, 5, 4)

  /// A head, with a map before the cosine or without, and features.
  private struct Case {
    let vectors: Tensor
    let projection: Linear?
    let scale: Float
    let features: Tensor

    init(projects: Bool) {
      var random = SeededRandom(seed: projects ? 1 : 2)
      let width = projects ? projected : CosineHeadTests.features
      vectors = random.normal([classes, width], standardDeviation: 2)
      projection =
        projects ? Linear(weight: random.normal([projected, CosineHeadTests.features]), bias: nil) : nil
      scale = 7.5
      features = random.normal([images, CosineHeadTests.features])
    }

    var head: CosineHead { CosineHead(vectors: vectors, projection: projection, scale: scale) }

    /// scale · (P·f)·v/(‖P·f‖·‖v‖) in double precision, of one image and class.
    func logit(
      _ image: Int, _ classIndex: Int, features: [Double]? = nil, vectors: [Double]? = nil,
      projection: [Double]? = nil
    ) -> Double {
      let width = CosineHeadTests.features
      let all = features ?? self.features.elements.map(Double.init)
      let f = Array(all[image * width..<(image + 1) * width])
      var g = f
      if let weight = projection ?? self.projection?.weight.elements.map(Double.init) {
        g = (0..<weight.count / width).map { o in
          (0..<width).reduce(0) { $0 + weight[o * width + $1] * f[$1] }
        }
      }
      let v = vectors ?? self.vectors.elements.map(Double.init)
      let own = Array(v[classIndex * g.count..<(classIndex + 1) * g.count])
      func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
      return Double(scale) * dot(g, own) / (dot(g, g).squareRoot() * dot(own, own).squareRoot())
    }
  }

  @Test("logits are scaled cosines", arguments: [false, true], AvailableKernels.all)
  func forward(_ projects: Bool, _ kernels: AvailableKernels) {
    let test = Case(projects: projects)
    let logits = test.head.forward(test.features, on: kernels.make()).logits
    for image in 0..<Self.images {
      expectClose(
        logits[image].elements, (0..<Self.classes).map { Float(test.logit(image, $0)) }, within: 2e-5,
        "image \(image)")
    }
  }

  /// Central differences of Σ cotangent ⊙ logits at some values.
  private func slopes(
    _ values: [Double], cotangent: Tensor,
    _ logit: (_ values: [Double], _ image: Int, _ classIndex: Int) -> Double
  ) -> [Float] {
    let (step, c) = (1e-5, cotangent.elements)
    return values.indices.map { index in
      func sum(_ change: Double) -> Double {
        var moved = values
        moved[index] += change
        return (0..<Self.images * Self.classes).reduce(0) {
          $0 + Double(c[$1]) * logit(moved, $1 / Self.classes, $1 % Self.classes)
        }
      }
      return Float((sum(step) - sum(-step)) / (2 * step))
    }
  }

  @Test("gradients are those of the formula", arguments: [false, true], AvailableKernels.all)
  func gradients(_ projects: Bool, _ kernels: AvailableKernels) throws {
    let (test, kernels) = (Case(projects: projects), kernels.make())
    var random = SeededRandom(seed: 3)
    let cotangent = random.normal([Self.images, Self.classes])
    let head = ClassifierHead.cosine(test.head)
    var (vectors, projection): (Tensor?, Tensor?)
    let gradient = head.backward(
      cotangent, index: 0, through: head.forward(test.features, on: kernels).tape, rules: .gradient,
      on: kernels
    ) {
      switch $0 {
      case .head(_, let weight, let bias):
        vectors = weight
        #expect(bias == nil)
      case .projection(let weight, let bias):
        projection = weight
        #expect(bias == nil)
      case .norm: Issue.record("a head has no norm")
      }
    }
    func doubles(_ tensor: Tensor) -> [Double] { tensor.elements.map(Double.init) }
    expectClose(
      gradient.elements,
      slopes(doubles(test.features), cotangent: cotangent) { test.logit($1, $2, features: $0) },
      within: 1e-4, "features")
    expectClose(
      try #require(vectors).elements,
      slopes(doubles(test.vectors), cotangent: cotangent) { test.logit($1, $2, vectors: $0) }, within: 1e-4,
      "vectors")
    #expect((projection == nil) == !projects)
    if let projection, let map = test.projection {
      expectClose(
        projection.elements,
        slopes(doubles(map.weight), cotangent: cotangent) { test.logit($1, $2, projection: $0) },
        within: 1e-4, "projection")
    }
  }

  /// Σ f ⊙ c_f of each row, two targets for each image.
  private func relevance(_ test: Case, _ rules: PropagationRules, _ kernels: any Kernels) throws -> (
    sums: [Float], logits: [Float]
  ) {
    let head = ClassifierHead.cosine(test.head)
    let (logits, tape) = head.forward(test.features, on: kernels)
    let cotangent = try Targets((0..<Self.images).map { _ in [1, 3] }).cotangent(classCount: Self.classes)
    let gradient = head.backward(
      cotangent, index: 0, through: tape, rules: rules, on: kernels, parameters: nil)
    let sums = (0..<2 * Self.images).map { row in
      zip(test.features[row % Self.images].elements, gradient[row].elements).reduce(0) { $0 + $1.0 * $1.1 }
    }
    return (sums, (0..<2 * Self.images).map { logits[$0 % Self.images].elements[$0 < Self.images ? 1 : 3] })
  }

  @Test("a cosine doesn't depend on how long the features are", arguments: [false, true])
  func lengths(_ projects: Bool) throws {
    let (sums, _) = try relevance(Case(projects: projects), .gradient, AvailableKernels.preferred.make())
    expectClose(sums, sums.map { _ in 0 }, within: 2e-5, "input times gradient")
  }

  @Test(
    "rules under which lengths are constants hand the logit on whole", arguments: [false, true],
    AvailableKernels.all)
  func conservation(_ projects: Bool, _ kernels: AvailableKernels) throws {
    for rules in [PropagationRules.conservative, .cpLRP, .attnLRP, .lrp(.epsilon(1e-9)), .lrp(.gamma(0.25))] {
      let (sums, logits) = try relevance(Case(projects: projects), rules, kernels.make())
      expectClose(sums, logits, within: 5e-5, "\(rules)")
    }
  }

  @Test("features of zeros have no direction, and no logits")
  func zeros() {
    let (test, kernels) = (Case(projects: true), AvailableKernels.preferred.make())
    let head = ClassifierHead.cosine(test.head)
    let (logits, tape) = head.forward(Tensor(repeating: 0, test.features.shape), on: kernels)
    #expect(logits.elements.allSatisfy { $0 == 0 })
    let gradient = head.backward(
      Tensor(repeating: 1, logits.shape), index: 0, through: tape, rules: .gradient, on: kernels,
      parameters: nil)
    #expect(gradient.elements.allSatisfy { $0 == 0 })
  }
}
