import XAICore
import XAIGMAR
import XAITensor
import XAITesting

/// GMAR in double precision with full matrices, one image and class.
struct NaiveGMAR {
  let model: ScriptedModel
  let image: Int
  let classIndex: Int
  let options: GMAROptions

  private var layers: Range<Int> { 0..<model.descriptor.layerCount }
  private var heads: Range<Int> { 0..<model.descriptor.headCount }
  private var layout: TokenLayout { model.descriptor.layout }

  /// The gradient entries that a head is scored by.
  private func gradient(layer: Int, head: Int) -> [Double] {
    if options.gradient == .attention {
      return model.attentionGradientMatrix(layer: layer, image: image, head: head, classIndex: classIndex)
        .entries
    }
    let point = ActivationPoint(
      layer: layer, place: options.gradient == .headOutput ? .headOutputs : .firstNorm)
    guard let gradient = model.activationGradients[point] else { return [] }
    let matrix = Matrix(gradient[classIndex][image])
    let width = matrix.columns / heads.count
    let tokens = options.gradient == .headOutput ? 0..<layout.tokenCount : layout.patches
    return tokens.flatMap { matrix[row: $0][head * width..<(head + 1) * width] }
  }

  /// `weights[layer][head]`.
  var weights: [[Double]] {
    func normalised(_ scores: [Double]) -> [Double] { scores.map { $0 / scores.reduce(0, +) } }
    let scored = options.gradient == .lastBlockNorm ? [layers.count - 1] : Array(layers)
    let scores = scored.map { layer in
      heads.map { head in
        let entries = gradient(layer: layer, head: head)
        return options.norm == .l1
          ? entries.reduce(0) { $0 + abs($1) } : entries.reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
    }
    switch options.scope {
    case .perLayer: return layers.map { normalised(scores.count == 1 ? scores[0] : scores[$0]) }
    case .global:
      let sums = heads.map { head in scores.reduce(0) { $0 + $1[head] } }
      return layers.map { _ in normalised(sums) }
    case .lastLayer: return layers.map { _ in normalised(scores[scores.count - 1]) }
    }
  }

  /// One score per patch.
  var map: [Double] {
    let weights = weights
    let weighted = layers.map { layer in
      heads.map { weights[layer][$0] * model.attentionMatrix(layer: layer, image: image, head: $0) }
    }
    let factors =
      options.fusion == .sum
      ? [weighted.map { $0.dropFirst().reduce($0[0], +) }] : heads.map { head in weighted.map { $0[head] } }
    var chains = factors.map { _ in Matrix.identity(layout.tokenCount) }
    for layer in layers { chains = step(chains, factors.map { $0[layer] }) }
    if options.readout == .authorsView { return authorsView(chains[0]) }
    let mean = 1 / Double(chains.count) * chains.dropFirst().reduce(chains[0], +)
    return Array(mean.read(with: layout.readoutWeights)[layout.patches])
  }

  private func step(_ chains: [Matrix], _ factors: [Matrix]) -> [Matrix] {
    func identity(_ factor: Double) -> Matrix { .identity(layout.tokenCount, times: factor) }
    let factors = factors.map { factor in
      if case .before(let alpha) = options.residual { return (factor + identity(alpha)).rowsNormalised }
      return factor
    }
    let products = zip(chains, factors).map { options.order == .towardsOutput ? $1 * $0 : $0 * $1 }
    switch options.residual {
    case .before: return products
    case .after(let alpha): return products.map { $0 + identity(alpha) }
    case .afterScaledMean(let ratio):
      let entries = products.flatMap(\.entries)
      let mean = entries.reduce(0, +) / Double(entries.count)
      return products.map { $0 + identity(ratio * 5e-5 * mean) }
    }
  }

  /// The rows of the patches with all their columns, flattened, seen as N images of P patches, and averaged.
  private func authorsView(_ matrix: Matrix) -> [Double] {
    let flat = layout.patches.flatMap { matrix[row: $0] }
    let (count, patches) = (layout.tokenCount, layout.patches.count)
    let images = (0..<count).map { Array(flat[$0 * patches..<($0 + 1) * patches]) }
    return (0..<patches).map { patch in images.reduce(0) { $0 + $1[patch] } / Double(count) }
  }
}
