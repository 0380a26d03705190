import Testing
import XAICore
import XAIExplainers
import XAIFoundation
import XAIImage
import XAIModels
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// Attention explainers in windows and through merges against full matrices of tokens, written separately.
@Suite struct TransitionTests {
  private struct Subject {
    let model: any Model
    let input: Tensor
    let trace: ForwardTrace
    let dense: DenseModel
    let classIndex = 3
    var layout: TokenLayout { trace.layout }

    init(_ toy: HierarchicalToyModel) throws {
      model = toy.make(on: AvailableKernels.preferred.make())
      var random = SeededRandom(seed: 11)
      input = random.normal([1, 3, toy.configuration.imageHeight, toy.configuration.imageWidth])
      trace = try model.forward(input, recording: Recording(attention: .all, gradients: true))
      dense = try DenseModel(model, trace, classIndex: classIndex)
    }

    func scores(_ spec: String) throws -> Attribution {
      try Registry(plugins: builtInModels + builtInExplainers).explainer(spec).explain(
        input, targets: .classes([classIndex]), using: model)[0][
          0]
    }

    func expect(_ spec: String, _ matrix: Matrix, within tolerance: Float = 1e-5) throws {
      let expected = matrix.read(with: layout.readoutWeights).map(Float.init)
      let largest = expected.reduce(0) { max($0, abs($1)) }
      expectClose(try scores(spec).scores, expected, within: tolerance * largest, spec)
    }
  }

  private func identity(_ matrix: Matrix, times factor: Double = 1) -> Matrix {
    .identity(matrix.rows, times: factor)
  }

  @Test("rollout, its options, and its rows sum to 1", arguments: HierarchicalToyModel.all)
  func rollout(_ toy: HierarchicalToyModel) throws {
    let subject = try Subject(toy)
    let dense = subject.dense
    func factors(from start: Int = 0, residual: Double = 0.5) -> [Int: Matrix] {
      Dictionary(
        uniqueKeysWithValues: dense.layers.dropFirst(start).map { layer in
          let fused = dense.fused(layer)
          return (layer, (identity(fused, times: residual) + (1 - residual) * fused).rowsNormalised)
        })
    }
    try subject.expect("attention-rollout", dense.chain(factors()))
    try subject.expect("attention-rollout:residual=0.2", dense.chain(factors(residual: 0.2)))
    for start in dense.layers {
      try subject.expect("attention-rollout:start=\(start)", dense.chain(factors(from: start)))
    }
    let rollout = dense.chain(factors())
    for row in 0..<rollout.rows { #expect(abs(rollout[row: row].reduce(0, +) - 1) < 1e-9) }
    let sum = try subject.scores("attention-rollout").scores.reduce(0, +)
    #expect(abs(sum - 1) < 1e-5)
  }

  @Test("gradient rollout and generic attention", arguments: HierarchicalToyModel.all)
  func gradients(_ toy: HierarchicalToyModel) throws {
    let subject = try Subject(toy)
    let dense = subject.dense
    func factors(_ make: (_ layer: Int) -> Matrix) -> [Int: Matrix] {
      Dictionary(uniqueKeysWithValues: dense.layers.map { ($0, make($0)) })
    }
    func heads(_ layer: Int, _ change: (Matrix) -> Matrix = { $0 }) -> Matrix {
      let products = zip(dense.attention[layer], dense.gradient[layer]).map { change($0.times($1)) }
      return (1 / Double(products.count)) * products.sum
    }
    try subject.expect(
      "gradient-rollout",
      dense.chain(
        factors { layer in
          let fused = heads(layer).map { max($0, 0) }
          return (fused + identity(fused)).rowsNormalised
        }))
    try subject.expect(
      "generic-attention",
      dense.chain(
        factors { layer in
          let fused = heads(layer) { $0.map { max($0, 0) } }
          return fused + identity(fused)
        }))
  }

  @Test("raw attention of every layer and head", arguments: HierarchicalToyModel.all)
  func raw(_ toy: HierarchicalToyModel) throws {
    let subject = try Subject(toy)
    let dense = subject.dense
    for layer in dense.layers {
      var down = Matrix.identity(subject.layout.tokenCount(ofLayer: layer))
      for lower in (1..<layer + 1).reversed() { down = down * dense.merge(before: lower) }
      func expect(_ spec: String, _ matrix: Matrix) throws {
        let readout = [Float](repeating: 1 / Float(matrix.rows), count: matrix.rows)
        expectClose(
          try subject.scores(spec).scores, (matrix * down).read(with: readout).map(Float.init), within: 1e-6,
          spec)
      }
      try expect("raw-attention:layer=\(layer)", dense.fused(layer))
      for (head, matrix) in dense.attention[layer].enumerated() {
        try expect("raw-attention:layer=\(layer),head=\(head)", matrix)
      }
    }
  }

  @Test("GMAR, whose weights are norms over all windows", arguments: HierarchicalToyModel.all)
  func gmar(_ toy: HierarchicalToyModel) throws {
    let subject = try Subject(toy)
    let dense = subject.dense
    // Entries of padding and between regions have a gradient as well, so the norms are taken of the windows themselves.
    var norms: [Int: [Double]] = [:]
    _ = try subject.model.differentiable().backward(
      from: Targets([[subject.classIndex]]).cotangent(classCount: 5), through: subject.trace,
      rules: .gradient, requesting: GradientRequest(attention: .all)
    ) { visited in
      let heads = visited.gradient.shape[1]
      var sums = [Double](repeating: 0, count: heads)
      for window in 0..<visited.gradient.shape[0] {
        for head in 0..<heads {
          sums[head] += visited.gradient[window][head].elements.reduce(0) { $0 + abs(Double($1)) }
        }
      }
      let total = sums.reduce(0, +)
      norms[visited.layer] = sums.map { $0 / total }
    }
    let weighted = dense.layers.map { dense.fused($0, weights: norms[$0]) }
    let before = weighted.map { ($0 + identity($0)).rowsNormalised }
    try subject.expect(
      "gmar", dense.chain(Dictionary(uniqueKeysWithValues: before.enumerated().map { ($0, $1) })))
    // R ← F·R + αI, I giving each token what it is made of.
    var (product, spread) = (
      Matrix.identity(subject.layout.tokenCount), Matrix.identity(subject.layout.tokenCount)
    )
    for layer in dense.layers {
      if layer > 0 {
        product = dense.merge(before: layer) * product
        spread = dense.merge(before: layer) * spread
      }
      product = weighted[layer] * product + 0.5 * spread
    }
    try subject.expect("gmar:residual=after(0.5)", product)
    let found = try #require(try subject.scores("gmar").diagnostics.headWeights)
    for layer in dense.layers {
      expectClose(found[layer], try #require(norms[layer]).map(Float.init), within: 1e-5, "weights")
    }
  }

  @Test("what needs the same tokens in every layer is refused by name and reason")
  func refused() throws {
    let model = HierarchicalToyModel.padded.make(on: AvailableKernels.preferred.make())
    let registry = try Registry(plugins: builtInModels + builtInExplainers)
    for (spec, parts) in [
      ("attention-flow", ["attention-flow", "toy-windows", "tokens of their own (5×7, 3×4)"]),
      ("bth", ["bth", "toy-windows", "entry by entry"]),
      ("gmar:preset=paper", ["gmar:preset=paper", "from the right", "5×7, 3×4"]),
      ("gmar:fusion=none", ["fusion=none", "whole matrices"]),
      ("gmar:readout=authors-view", ["authors-view", "whole matrices"]),
      ("gmar:scope=global", ["scope=global", "different numbers of heads"]),
      ("gmar:gradient=last-block-norm", ["last-block-norm", "different numbers of heads"]),
      ("raw-attention:layer=0,head=3", ["0 to 2", "3 heads in layer 0"]),
    ] {
      for part in parts {
        expectError(part) { try registry.explainer(spec).check(fits: model.descriptor) }
      }
    }
    #expect(throws: Never.self) {
      try registry.explainer("raw-attention:head=3").check(fits: model.descriptor)
    }
  }

  @Test("maps of a layer's activations are interpolated from its grid to the patches")
  func activations() throws {
    let subject = try Subject(.padded)
    let point = ActivationPoint(layer: 2, place: .output)
    let trace = try subject.model.forward(
      subject.input, recording: Recording(activations: [point], gradients: true))
    let gradients = try subject.model.differentiable().backward(
      from: Targets([[subject.classIndex]]).cotangent(classCount: 5), through: trace,
      requesting: GradientRequest(activations: [point]))
    let values = Matrix(try trace.activation(at: point)[0])
    let slopes = Matrix(try #require(gradients.activations[point])[0])
    let weights = (0..<values.columns).map { c in
      (0..<values.rows).reduce(0) { $0 + slopes[$1, c] } / Double(values.rows)
    }
    let own = (0..<values.rows).map { token in
      zip(weights, values[row: token]).reduce(0) { $0 + $1.0 * $1.1 }
    }
    // Bilinear from 3 × 4 to 5 × 7, half-pixel centres.
    func taps(_ index: Int, _ from: Int, _ to: Int) -> (Int, Int, Double) {
      let place = max((Double(index) + 0.5) * Double(from) / Double(to) - 0.5, 0)
      return (Int(place), min(Int(place) + 1, from - 1), place - Double(Int(place)))
    }
    let expected = (0..<35).map { patch -> Float in
      let (top, bottom, down) = taps(patch / 7, 3, 5)
      let (left, right, across) = taps(patch % 7, 4, 7)
      let above = own[top * 4 + left] * (1 - across) + own[top * 4 + right] * across
      let below = own[bottom * 4 + left] * (1 - across) + own[bottom * 4 + right] * across
      return Float(above * (1 - down) + below * down)
    }
    let found = try subject.scores("grad-cam:layer=2,point=output,relu=false").scores
    expectClose(
      found, expected, within: 1e-4 * expected.reduce(0) { max($0, abs($1)) }, "Grad-CAM of layer 2")
  }
}
