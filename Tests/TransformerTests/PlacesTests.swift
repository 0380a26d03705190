import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAITensor
import XAITesting
import XAITransformer

/// Queries, keys, values and scores of blocks and their gradients, against the formulas of attention in double precision.
@Suite("Places inside the attention") struct PlacesTests {
  private static let parts: [Place] = [.queries, .keys, .values]

  /// Everything about the attention of one layer, of every image and of two classes.
  private struct Inside {
    let layer: Int
    let trace: ForwardTrace
    let gradients: [ActivationPoint: Tensor]
    let attentionGradient: Tensor
    let heads: Int

    init(_ model: any Model, layer: Int) throws {
      self.layer = layer
      heads = try #require(model.descriptor.layers[layer].attention).headCount
      let points = Set(
        (PlacesTests.parts + [.scores, .headOutputs]).map { ActivationPoint(layer: layer, place: $0) })
      let size = try #require(model.descriptor.preprocessing.inputSize)
      var random = SeededRandom(seed: 9)
      trace = try model.forward(
        random.normal([2, 3, size.height, size.width]),
        recording: Recording(attention: .some([layer]), activations: points, gradients: true))
      var visited: Tensor?
      gradients = try model.differentiable().backward(
        from: Targets([[1, 2], [0, 3]]).cotangent(classCount: model.descriptor.classCount), through: trace,
        rules: .gradient, requesting: GradientRequest(attention: .some([layer]), activations: points)
      ) { visited = $0.gradient }.activations
      attentionGradient = try #require(visited)
    }

    /// The token of each slot of each window, −1 where it is padding; without windows, all tokens are in one.
    var windows: [[Int]] {
      guard let windows = trace.layout.windows(ofLayer: layer) else {
        return [Array(0..<trace.layout.tokenCount(ofLayer: layer))]
      }
      return (0..<windows.count).map {
        Array(windows.tokens[$0 * windows.size..<($0 + 1) * windows.size])
      }
    }

    /// One head's part of the tokens of a window in one row, in the order of the slots; zeros in slots of padding.
    func head(_ head: Int, of tensor: Tensor, row: Int, window: [Int]) -> Matrix {
      let tokens = Matrix(tensor[row])
      let width = tokens.columns / heads
      return Matrix(
        rows: window.count, columns: width,
        window.flatMap { token in
          (0..<width).map { token < 0 ? 0 : tokens[token, head * width + $0] }
        })
    }

    func activation(_ place: Place) throws -> Tensor {
      try trace.activation(at: ActivationPoint(layer: layer, place: place))
    }

    func gradient(_ place: Place) throws -> Tensor {
      try #require(gradients[ActivationPoint(layer: layer, place: place)])
    }

    /// Calls `body` for each row of the backward pass, window without padding and head, with the matrices' place.
    func forEach(
      _ body: (_ row: Int, _ image: Int, _ window: [Int], _ matrix: Int, _ own: Int, _ head: Int) throws ->
        Void
    ) rethrows {
      let windows = windows
      for row in 0..<2 * trace.batchCount {
        let image = row % trace.batchCount
        for (index, window) in windows.enumerated() where !window.contains(-1) {
          for head in 0..<heads {
            try body(
              row, image, window, row * windows.count + index, image * windows.count + index, head)
          }
        }
      }
    }
  }

  /// A toy model of either kind.
  struct Subject: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Whether scores are cosines, whose scale is in the queries.
    var isCosine = false
    let make: @Sendable () -> any Model

    static let all =
      ToyModel.all.map { toy in
        Subject(testDescription: toy.name) { toy.make(on: AvailableKernels.preferred.make()) }
      }
      + HierarchicalToyModel.all.map { toy in
        Subject(testDescription: toy.name, isCosine: toy == .second) {
          toy.make(on: AvailableKernels.preferred.make())
        }
      }
  }

  private func transposed(_ a: Matrix) -> Matrix {
    Matrix(
      rows: a.columns, columns: a.rows,
      (0..<a.columns).flatMap { column in (0..<a.rows).map { a[$0, column] } })
  }

  private func softmax(_ scores: Matrix) -> Matrix {
    scores.map { exponential($0) }.rowsNormalised
  }

  private func expectClose(_ value: Matrix, _ expected: Matrix, within tolerance: Double, _ what: String) {
    let largest = expected.entries.reduce(1e-6) { max($0, abs($1)) }
    let worst = zip(value.entries, expected.entries).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(worst <= tolerance * largest, "\(what): off by \(worst), the largest is \(largest)")
  }

  @Test(
    "attention is the softmax of the scores, and its product with the values the heads' outputs",
    arguments: Subject.all)
  func forward(_ subject: Subject) throws {
    let (name, model) = (subject.testDescription, subject.make())
    for layer in model.descriptor.layers.indices {
      let inside = try Inside(model, layer: layer)
      let (scores, attention) = (try inside.activation(.scores), try inside.trace.attention(ofLayer: layer))
      #expect(scores.shape == attention.shape)
      try inside.forEach { _, image, window, _, own, head in
        let a = Matrix(attention[own][head])
        expectClose(softmax(Matrix(scores[own][head])), a, within: 1e-5, "\(name), layer \(layer)")
        expectClose(
          a * inside.head(head, of: try inside.activation(.values), row: image, window: window),
          inside.head(head, of: try inside.activation(.headOutputs), row: image, window: window),
          within: 1e-5, "outputs of \(name), layer \(layer)")
      }
    }
  }

  @Test("without a bias, scores are Q·Kᵀ/√d", arguments: ToyModel.all)
  func scores(_ toy: ToyModel) throws {
    guard toy.configuration.positionBias == nil else { return }
    let inside = try Inside(toy.make(on: AvailableKernels.preferred.make()), layer: 1)
    try inside.forEach { _, image, window, _, own, head in
      let q = inside.head(head, of: try inside.activation(.queries), row: image, window: window)
      let k = inside.head(head, of: try inside.activation(.keys), row: image, window: window)
      expectClose(
        Matrix(try inside.activation(.scores)[own][head]),
        1 / Double(q.columns).squareRoot() * (q * transposed(k)), within: 1e-5, "\(toy)")
    }
  }

  @Test("the gradient of scores is that of finite differences in double precision", arguments: Subject.all)
  func scoreGradients(_ subject: Subject) throws {
    let (name, model) = (subject.testDescription, subject.make())
    // Not the last: there the gradient of most rows is 0 where a class token is read.
    let inside = try Inside(model, layer: 1)
    let step = 1e-4
    try inside.forEach { row, image, window, matrix, source, head in
      let values = inside.head(head, of: try inside.activation(.values), row: image, window: window)
      let outputs = inside.head(head, of: try inside.gradient(.headOutputs), row: row, window: window)
      let scores = Matrix(try inside.activation(.scores)[source][head])
      /// Σ dO ⊙ (softmax(S)·V): the logit as far as it depends on these scores, to first order.
      func logit(_ scores: Matrix) -> Double {
        outputs.times(softmax(scores) * values).entries.reduce(0, +)
      }
      var differences = scores
      for entry in scores.entries.indices {
        var (above, below) = (scores, scores)
        above.entries[entry] += step
        below.entries[entry] -= step
        differences.entries[entry] = (logit(above) - logit(below)) / (2 * step)
      }
      expectClose(
        Matrix(try inside.gradient(.scores)[matrix][head]), differences, within: 2e-4, "\(name), head \(head)"
      )
    }
  }

  @Test(
    "gradients of queries, keys and values are products with those of scores and outputs",
    arguments: Subject.all)
  func partGradients(_ subject: Subject) throws {
    let (name, model) = (subject.testDescription, subject.make())
    for layer in model.descriptor.layers.indices {
      let inside = try Inside(model, layer: layer)
      try inside.forEach { row, image, window, matrix, source, head in
        func own(_ place: Place) throws -> Matrix {
          inside.head(head, of: try inside.activation(place), row: image, window: window)
        }
        func gradient(_ place: Place) throws -> Matrix {
          inside.head(head, of: try inside.gradient(place), row: row, window: window)
        }
        let scores = Matrix(try inside.gradient(.scores)[matrix][head])
        let scale = subject.isCosine ? 1 : 1 / Double(try own(.keys).columns).squareRoot()
        let attention = Matrix(try inside.trace.attention(ofLayer: layer)[source][head])
        let what = "\(name), layer \(layer), head \(head)"
        expectClose(
          try gradient(.queries), scale * (scores * (try own(.keys))), within: 1e-4, "queries of \(what)")
        expectClose(
          try gradient(.keys), scale * (transposed(scores) * (try own(.queries))), within: 1e-4,
          "keys of \(what)")
        expectClose(
          try gradient(.values), transposed(attention) * (try gradient(.headOutputs)), within: 1e-4,
          "values of \(what)")
      }
    }
  }

  @Test("what is recorded inside the attention changes no bit of the logits", arguments: Subject.all)
  func sameLogits(_ subject: Subject) throws {
    let model = subject.make()
    let size = try #require(model.descriptor.preprocessing.inputSize)
    var random = SeededRandom(seed: 9)
    let input = random.normal([2, 3, size.height, size.width])
    let points = model.descriptor.layers.indices.flatMap { layer in
      (Self.parts + [.scores, .projectedValues]).map { ActivationPoint(layer: layer, place: $0) }
    }
    #expect(
      try model.forward(input, recording: Recording(activations: Set(points))).logits.elements
        == model.logits(input).elements)
  }

  @Test("asked for alone, a gradient inside the attention is what it is among others", arguments: Subject.all)
  func alone(_ subject: Subject) throws {
    let (name, model) = (subject.testDescription, subject.make())
    let inside = try Inside(model, layer: 1)
    let cotangent = try Targets([[1, 2], [0, 3]]).cotangent(classCount: model.descriptor.classCount)
    for place in Self.parts + [.scores] {
      let point = ActivationPoint(layer: 1, place: place)
      let alone = try model.differentiable().backward(
        from: cotangent, through: inside.trace, requesting: GradientRequest(activations: [point]))
      #expect(alone.activations.keys.map(\.place) == [place])
      #expect(
        try #require(alone.activations[point]).elements == inside.gradient(place).elements,
        "\(name), \(place)")
    }
  }

  @Test("where attention counts as a constant, nothing reaches scores, queries and keys")
  func constantAttention() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let inside = try Inside(model, layer: 1)
    let points = (Self.parts + [.scores]).map { ActivationPoint(layer: 1, place: $0) }
    let passed = try model.differentiable().backward(
      from: Targets([[1], [2]]).cotangent(classCount: 5), through: inside.trace, rules: .conservative,
      requesting: GradientRequest(activations: Set(points)))
    for point in points {
      let isZero = try #require(passed.activations[point]).elements.allSatisfy { $0 == 0 }
      #expect(isZero == (point.place != .values), "\(point)")
    }
  }

  @Test("the MLP's hidden layer has the gradient that its second map sends back")
  func hidden() throws {
    let toy = ToyModel.classToken
    let model = toy.make(on: AvailableKernels.preferred.make())
    let points = [Place.mlpHidden, .afterAttention, .output].map { ActivationPoint(layer: 1, place: $0) }
    var random = SeededRandom(seed: 9)
    let trace = try model.forward(
      random.normal([2, 3, 12, 12]), recording: Recording(activations: Set(points), gradients: true))
    let gradients = try model.differentiable().backward(
      from: Targets([[1], [2]]).cotangent(classCount: 5), through: trace,
      requesting: GradientRequest(activations: Set(points))
    ).activations
    let trainable = try #require(model as? any TrainableModel)
    let parameters = Dictionary(uniqueKeysWithValues: trainable.parameters.map { ($0.name, $0.tensor) })
    let weight = Matrix(try #require(parameters["blocks.1.mlp.fc2.weight"]))
    let bias = try #require(parameters["blocks.1.mlp.fc2.bias"]).elements
    for image in 0..<2 {
      func activation(_ index: Int) throws -> Matrix {
        Matrix(try trace.activation(at: points[index])[image])
      }
      func gradient(_ index: Int) throws -> Matrix { Matrix(try #require(gradients[points[index]])[image]) }
      var output = try activation(0) * transposed(weight) + activation(1)
      for entry in output.entries.indices { output.entries[entry] += Double(bias[entry % output.columns]) }
      expectClose(output, try activation(2), within: 1e-5, "output of image \(image)")
      expectClose(try gradient(0), try gradient(2) * weight, within: 1e-4, "gradient of image \(image)")
    }
  }

  @Test(
    "a pooling's attention is the softmax of the probe's query and the patches' keys, and takes their values")
  func pooling() throws {
    let model = ToyModel.attentionPooled.make(on: AvailableKernels.preferred.make())
    let (layout, heads) = (model.descriptor.layout, 3)
    let layer = try #require(layout.poolingLayer)
    func point(_ place: Place) -> ActivationPoint { ActivationPoint(layer: layer, place: place) }
    var random = SeededRandom(seed: 9)
    let trace = try model.forward(
      random.normal([2, 3, 12, 12]),
      recording: Recording(
        attention: .some([layer]), activations: Set((Self.parts + [.headOutputs]).map(point))))
    for image in 0..<2 {
      func tokens(_ place: Place) throws -> Matrix { Matrix(try trace.activation(at: point(place))[image]) }
      let (q, k, v) = (try tokens(.queries), try tokens(.keys), try tokens(.values))
      let outputs = try tokens(.headOutputs)
      let width = q.columns / heads
      for head in 0..<heads {
        let columns = head * width..<(head + 1) * width
        let scores = layout.patches.map { patch in
          columns.reduce(0) { $0 + q[0, $1] * k[patch, $1] } / Double(width).squareRoot()
        }
        let row = softmax(Matrix(rows: 1, columns: scores.count, scores))
        let attention = Matrix(try trace.attention(ofLayer: layer)[image][head])
        let found = Matrix(
          rows: 1, columns: scores.count, layout.patches.map { attention[0, $0] })
        expectClose(found, row, within: 1e-5, "attention of head \(head)")
        let product = columns.map { column in
          layout.patches.enumerated().reduce(0) { $0 + row[0, $1.offset] * v[$1.element, column] }
        }
        expectClose(
          Matrix(rows: 1, columns: width, columns.map { outputs[0, $0] }),
          Matrix(rows: 1, columns: width, product), within: 1e-5, "output of head \(head)")
      }
    }
  }

  @Test("a place that isn't listed, and the gradient of one that has none, are refused by name")
  func refusals() throws {
    for subject in Subject.all {
      let model = subject.make()
      let size = try #require(model.descriptor.preprocessing.inputSize)
      let input = Tensor(repeating: 0, [1, 3, size.height, size.width])
      let unknown = ActivationPoint(layer: 1, place: Place(rawValue: "feature-map"))
      expectError("feature-map of layer 1 of \(model.descriptor.name)") {
        try model.forward(input, recording: Recording(activations: [unknown]))
      }
      let trace = try model.forward(input, recording: Recording(gradients: true))
      let projected = ActivationPoint(layer: 1, place: .projectedValues)
      expectError("projected-values of layer 1 of \(model.descriptor.name)") {
        try model.differentiable().backward(
          from: Tensor(repeating: 0, trace.logits.shape), through: trace,
          requesting: GradientRequest(activations: [projected]))
      }
    }
  }
}
