package import XAITensor

/// The relevance of the tokens before one block, x ⊙ c, summed over their channels.
package struct TokenRelevance: Sendable {
  /// Σ_d x·c of each token, of all rows of the pass.
  private let net: [Double]
  /// Σ_d |x·c| of each.
  private let gross: [Double]
  /// How many tokens the layer has.
  private let count: Int

  /// Reads tokens [B, N, D] and their cotangent [k·B, N, D].
  init(of tokens: Tensor, cotangent: Tensor) {
    let (rows, columns) = (cotangent.shape[0] * cotangent.shape[1], cotangent.shape[2])
    func sums(_ element: Elementwise) -> [Double] {
      Tensor.sums(element, of: [tokens, cotangent], rows: rows, columns: columns, at: "relevance of tokens")
    }
    let product = Elementwise.operand(0) * .operand(1)
    count = cotangent.shape[1]
    net = sums(product)
    gross = sums(.absolute(product))
  }

  /// All that the layer carries in a row of the pass, signs left out.
  package func total(ofRow row: Int) -> Double { gross[row * count..<(row + 1) * count].reduce(0, +) }

  /// The relevance of each token.
  package func tokens(ofRow row: Int) -> [Double] { Array(net[row * count..<(row + 1) * count]) }

  /// What each token carries, signs left out.
  func magnitudes(ofRow row: Int) -> ArraySlice<Double> { gross[row * count..<(row + 1) * count] }
}

/// What one backward pass leaves at the tokens before each of some blocks.
package struct LayerRelevance: Sendable {
  /// The blocks.
  package let layers: Range<Int>
  private let relevance: [TokenRelevance]

  /// What a pass has to record, and the gradients that it is asked for: the tokens before each block.
  package static func points(of layers: Range<Int>) -> Set<ActivationPoint> {
    Set(layers.map { ActivationPoint(layer: $0, place: .input) })
  }

  /// Runs one backward pass.
  ///
  /// - Parameters:
  ///   - layers: the blocks.
  ///   - cotangent: what the pass begins with, [k·B, classes].
  ///   - trace: recorded with ``points(of:)`` and gradients.
  ///   - rules: how the pass goes through each kind of operation.
  ///   - attention: of which layers the attention and its cotangent are visited as well.
  ///   - model: the model of the trace.
  ///   - visitAttention: lent the attention of a layer and its cotangent.
  package init(
    of layers: Range<Int>, from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    attention: LayerSelection = .none, using model: any Model,
    visitAttention: (AttentionGradient) throws -> Void = { _ in }
  ) throws {
    let passed = try model.differentiable().backward(
      from: cotangent, through: trace, rules: rules,
      requesting: GradientRequest(attention: attention, activations: Self.points(of: layers)),
      visitAttention: visitAttention)
    self.layers = layers
    relevance = try layers.map { layer in
      let point = ActivationPoint(layer: layer, place: .input)
      guard let cotangent = passed.activations[point] else {
        throw ModelError.notRecorded("relevance of the tokens before layer \(layer)")
      }
      return TokenRelevance(of: try trace.activation(at: point), cotangent: cotangent)
    }
  }

  /// That of the tokens before a block.
  package subscript(layer: Int) -> TokenRelevance { relevance[layer - layers.lowerBound] }

  /// Σ_l of the patches' relevance in a row of the pass, each token's times a factor.
  ///
  /// Where layers have tokens of their own, a map is interpolated and scaled to what its tokens had in all.
  package func patchSums(
    ofRow row: Int, of layout: TokenLayout,
    times factor: (_ layer: Int, _ token: Int) -> Double = { _, _ in 1 }
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: layout.grid.count)
    for layer in layers {
      let tokens = self[layer].tokens(ofRow: row)
      let patches = layout.patches(ofLayer: layer).map { tokens[$0] * factor(layer, $0) }
      guard layout.grid(ofLayer: layer) != layout.grid else {
        for patch in sums.indices { sums[patch] += patches[patch] }
        continue
      }
      let spread = layout.patchMap(patches.map { Float($0) }, ofLayer: layer)
      let share = Double(patches.count) / Double(sums.count)
      for patch in sums.indices { sums[patch] += Double(spread[patch]) * share }
    }
    return sums
  }

  /// How far rounding may have moved such a sum: 2⁻²⁰ of what is left of larger products that cancel.
  package func rounding(
    ofRow row: Int, times factor: (_ layer: Int, _ token: Int) -> Double = { _, _ in 1 }
  ) -> Double {
    layers.reduce(0) { sum, layer in
      let most = self[layer].magnitudes(ofRow: row).enumerated().reduce(0) {
        max($0, $1.element * factor(layer, $1.offset))
      }
      return sum + most
    } * 0x1p-20
  }
}
