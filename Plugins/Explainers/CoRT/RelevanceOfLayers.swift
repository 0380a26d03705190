import XAICore
import XAIFoundation

/// What one backward pass leaves: the relevance of the tokens of each layer, and the attention that it came by.
struct RelevanceOfLayers {
  let relevance: LayerRelevance
  /// Attention ⊙ its cotangent, heads fused; nil where it isn't asked for.
  let attention: GradientWeightedAttention?

  /// The scores of the patches for a row of the pass, sharpened.
  func scores(ofRow row: Int, _ options: CoRTOptions, _ trace: ForwardTrace) -> [Double] {
    let factors = factors(ofRow: row, options.scaling)
    let relevance = relevance.patchSums(ofRow: row, of: trace.layout) { layer, _ in factors[layer] }
    let scores: [Double]
    if let attention {
      let sources = attention.rollOut(self.relevance.layers, passRow: row, of: trace.layout)
      scores = zip(ranks(relevance), ranks(sources.map(Double.init))).map { $0 + options.transport * $1 }
    } else {
      scores = relevance.map { Self.raised($0, options.power) }
    }
    return Sharpening(trace).apply(to: scores, share: options.sharpness)
  }

  /// How far rounding may have moved a score.
  func rounding(ofRow row: Int, _ options: CoRTOptions) -> Double {
    guard attention == nil else { return 0 }
    let factors = factors(ofRow: row, options.scaling)
    return Self.raised(relevance.rounding(ofRow: row) { layer, _ in factors[layer] }, options.power)
  }

  /// What each layer's relevance is multiplied with.
  private func factors(ofRow row: Int, _ scaling: CoRTOptions.Scaling) -> [Double] {
    relevance.layers.map { layer in
      guard scaling == .gross else { return 1 }
      let total = relevance[layer].total(ofRow: row)
      return total > 0 ? 1 / total : 0
    }
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
