import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAITransformer

/// The rules of linear layers against their formulas, one product of weight and input at a time.
struct LinearRuleTests {
  private let inputs = 23
  private let outputs = 17
  private let rows = 5

  private struct Sample {
    let linear: Linear
    let x: Tensor
    let cotangent: Tensor
  }

  /// Two targets of a forward pass of five rows.
  private func sample(bias: Bool) -> Sample {
    var random = SeededRandom(seed: 5)
    return Sample(
      linear: Linear(
        weight: random.normal([outputs, inputs]), bias: bias ? random.normal([outputs]) : nil),
      x: random.normal([rows, inputs]), cotangent: random.normal([2 * rows, outputs]))
  }

  /// r_i = Σ_o share(o, products W_oi·x_i, bias b_o)_i·z_o·c_o.
  private func naive(
    _ sample: Sample, _ share: (_ products: [Double], _ bias: Double) -> [Double]
  ) -> [Float] {
    let (w, x, c) = (Matrix(sample.linear.weight), Matrix(sample.x), Matrix(sample.cotangent))
    let bias = sample.linear.bias?.elements.map(Double.init) ?? Array(repeating: 0, count: outputs)
    return (0..<2 * rows).flatMap { row -> [Float] in
      var relevance = [Double](repeating: 0, count: inputs)
      for o in 0..<outputs {
        let products = (0..<inputs).map { w[o, $0] * x[row % rows, $0] }
        let z = products.reduce(bias[o], +)
        for (i, part) in share(products, bias[o]).enumerated() { relevance[i] += part * z * c[row, o] }
      }
      return relevance.map { Float($0) }
    }
  }

  private func relevance(_ sample: Sample, _ rule: PropagationRules.Linear, on kernels: any Kernels)
    -> [Float]
  {
    let cotangent = kernels.applyBackward(
      sample.linear, to: sample.cotangent, rule: rule, input: sample.x,
      output: kernels.apply(sample.linear, to: sample.x)
    ).freeze().elements
    let x = sample.x.elements
    return cotangent.indices.map { cotangent[$0] * x[$0 % x.count] }
  }

  @Test("ε", arguments: AvailableKernels.all, [true, false])
  func epsilon(_ kernels: AvailableKernels, _ bias: Bool) {
    let sample = sample(bias: bias)
    let expected = naive(sample) { products, bias in
      let z = products.reduce(bias, +)
      return products.map { $0 / (z + (z > 0 ? 0.3 : -0.3)) }
    }
    expectClose(relevance(sample, .epsilon(0.3), on: kernels.make()), expected, within: 2e-5, "ε")
  }

  @Test("γ", arguments: AvailableKernels.all, [true, false])
  func gamma(_ kernels: AvailableKernels, _ bias: Bool) {
    let sample = sample(bias: bias)
    let expected = naive(sample) { products, bias in
      let isPositive = products.reduce(bias, +) > 0
      func weighted(_ product: Double) -> Double { product * ((product > 0) == isPositive ? 1.4 : 1) }
      let sum = products.reduce(weighted(bias)) { $0 + weighted($1) }
      return products.map { weighted($0) / sum }
    }
    expectClose(relevance(sample, .gamma(0.4), on: kernels.make()), expected, within: 2e-4, "γ")
  }

  @Test("positive products", arguments: AvailableKernels.all, [true, false])
  func positive(_ kernels: AvailableKernels, _ bias: Bool) {
    let sample = sample(bias: bias)
    let expected = naive(sample) { products, _ in
      let sum = products.reduce(0) { $0 + max($1, 0) }
      return products.map { max($0, 0) / sum }
    }
    expectClose(relevance(sample, .positive, on: kernels.make()), expected, within: 2e-5, "positive")
  }

  @Test("where nothing is positive, nothing passes")
  func nothingPositive() {
    let sample = Sample(
      linear: Linear(weight: Tensor([1, 2], [1, -1]), bias: Tensor([1], [5])), x: Tensor([1, 2], [-1, 1]),
      cotangent: Tensor([1, 1], [1]))
    #expect(relevance(sample, .positive, on: AvailableKernels.preferred.make()) == [0, 0])
  }

  /// 3 = 4 − 1 shared with a cotangent of 2 for both: 8 and −2, of 6 in all, become 4.8 and 1.2 of it.
  @Test("a balanced sum")
  func balanced() {
    let x = Tensor([1, 1, 2], [1, 3])
    let sum = Tensor([1, 1, 2], [1, 2])
    let shares = ResidualShares(Tensor([1, 1, 2], [2, 2]), of: x, in: sum, rule: .balanced)
    expectClose(shares.kept, Tensor([1, 1, 2], [1.2, 1.2]), within: 1e-6, "kept")
    expectClose(shares.branch, Tensor([1, 1, 2], [-1.2, -1.2]), within: 1e-6, "branch")
    let plain = ResidualShares(Tensor([1, 1, 2], [2, 2]), of: x, in: sum, rule: .gradient)
    #expect(plain.kept.elements == [2, 2] && plain.branch.elements == [2, 2])
  }

  /// A sum's larger summand, and summands of one sign.
  ///
  /// 2 = 3 − 1, with γ = 1: 3 counts twice, so that it gets 2·2/(6 − 1) and −1 the half of it. 5 = 2 + 3 is shared as it is, since both
  /// count twice. Nothing comes of 0 = 1 − 1, of which either may be the larger.
  @Test("a sum whose larger part counts more")
  func dampedSum() {
    let x = Tensor([1, 1, 4], [3, 2, -1, 1])
    let sum = Tensor([1, 1, 4], [2, 5, 2, 0])
    let shares = ResidualShares(
      Tensor([2, 1, 4], [1, 1, 1, 1, 10, 10, 10, 10]), of: x, in: sum, rule: .gamma(1))
    expectClose(shares.kept, Tensor([2, 1, 4], [0.8, 1, 0.4, 0, 8, 10, 4, 0]), within: 1e-6, "kept")
    expectClose(shares.branch, Tensor([2, 1, 4], [0.4, 1, 0.8, 0, 4, 10, 8, 0]), within: 1e-6, "branch")
    // Relevance is conserved: a·c_a + b·c_b = z·c.
    for index in 0..<3 {
      let (a, z) = (x.elements[index], sum.elements[index])
      let passed = a * shares.kept.elements[index] + (z - a) * shares.branch.elements[index]
      #expect(abs(passed - z) < 1e-6)
    }
  }

  @Test("what passes unchanged, for two targets and a residual")
  func identity() {
    let result = IdentityRules.apply(
      Tensor([2, 3], [1, 2, 3, 4, 5, 6]), input: Tensor([1, 3], [2, 0, -1]),
      output: Tensor([1, 3], [1, 7, 3]),
      residual: Tensor([2, 3], [0, 1, 0, 0, 0, 1]))
    #expect(result.elements == [0.5, 1, -9, 2, 0, -17])
  }
}
