import XAICore
import XAIFoundation
import XAITensor

/// The relevance of the tokens before one block, x ⊙ c, summed over their channels.
struct TokenRelevance {
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
  func total(ofRow row: Int) -> Double { gross[row * count..<(row + 1) * count].reduce(0, +) }

  /// The most that a token carries, signs left out.
  func largest(ofRow row: Int) -> Double { gross[row * count..<(row + 1) * count].max() ?? 0 }

  /// The relevance of each token.
  func tokens(ofRow row: Int) -> ArraySlice<Double> { net[row * count..<(row + 1) * count] }
}

/// What one backward pass leaves: the relevance of the tokens of each layer, and the attention that it came by.
struct RelevanceOfLayers {
  let layers: [TokenRelevance]
  /// Attention ⊙ its cotangent, heads fused; nil where it isn't asked for.
  let attention: GradientWeightedAttention?

  /// The scores of the patches for a row of the pass, sharpened.
  func scores(ofRow row: Int, _ options: CoRTOptions, _ trace: ForwardTrace) -> [Double] {
    let relevance = sum(ofRow: row, options.scaling, trace.layout)
    let scores: [Double]
    if let attention {
      let sources = attention.rollOut(0..<layers.count, passRow: row, of: trace.layout)
      scores = zip(ranks(relevance), ranks(sources.map(Double.init))).map { $0 + options.transport * $1 }
    } else {
      scores = relevance.map { Self.raised($0, options.power) }
    }
    return Sharpening(trace).apply(to: scores, share: options.sharpness)
  }

  /// How far rounding may have moved a score: 2⁻²⁰ of what is left of larger products that cancel.
  func rounding(ofRow row: Int, _ options: CoRTOptions) -> Double {
    guard attention == nil else { return 0 }
    let most = layers.reduce(0) { $0 + $1.largest(ofRow: row) * factor($1, row, options.scaling) }
    return Self.raised(most * 0x1p-20, options.power)
  }

  /// Σ_l of the patches' relevance, each layer's as it counts.
  ///
  /// Where layers have tokens of their own, a map is interpolated and scaled to what its tokens had in all.
  private func sum(
    ofRow row: Int, _ scaling: CoRTOptions.Scaling, _ layout: TokenLayout
  ) -> [Double] {
    var sum = [Double](repeating: 0, count: layout.grid.count)
    for (index, layer) in layers.enumerated() {
      let tokens = Array(layer.tokens(ofRow: row).dropFirst(layout.prefix.count))
      let share = factor(layer, row, scaling)
      guard layout.grid(ofLayer: index) != layout.grid else {
        for patch in sum.indices { sum[patch] += tokens[patch] * share }
        continue
      }
      let spread = layout.patchMap(tokens.map { Float($0) }, ofLayer: index)
      let own = share * Double(tokens.count) / Double(sum.count)
      for patch in sum.indices { sum[patch] += Double(spread[patch]) * own }
    }
    return sum
  }

  /// What a layer's relevance is multiplied with.
  private func factor(_ layer: TokenRelevance, _ row: Int, _ scaling: CoRTOptions.Scaling) -> Double {
    guard scaling == .gross else { return 1 }
    let total = layer.total(ofRow: row)
    return total > 0 ? 1 / total : 0
  }

  /// sign(x)·|x|^power.
  private static func raised(_ x: Double, _ power: Double) -> Double {
    switch power {
    case 1: x
    case 0.5: x < 0 ? -(-x).squareRoot() : x.squareRoot()
    default: x < 0 ? -XAIFoundation.power(-x, power) : XAIFoundation.power(x, power)
    }
  }
}

/// The rank of each value over n − 1, so that ranks go from 0 to 1; equal values share the mean of theirs.
func ranks(_ values: [Double]) -> [Double] {
  XAICore.ranks(of: values).map { $0 / Double(max(values.count - 1, 1)) }
}
