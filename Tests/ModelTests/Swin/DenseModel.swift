import XAICore
import XAIExplainers
import XAIImage
import XAIModels
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// What a model with tokens of its own in each layer computes, as full matrices of tokens in double precision.
struct DenseModel {
  let layout: TokenLayout
  /// Attention by layer and head, N × N.
  let attention: [[Matrix]]
  /// Its gradient, of the class that is asked about.
  let gradient: [[Matrix]]

  var layers: Range<Int> { attention.indices }

  /// Takes the attention and its gradient of the first image apart.
  init(_ model: any Model, _ trace: ForwardTrace, classIndex: Int) throws {
    let layout = trace.layout
    var (attention, gradient): ([Int: [Matrix]], [Int: [Matrix]]) = ([:], [:])
    _ = try model.differentiable().backward(
      from: Targets(Array(repeating: [classIndex], count: trace.batchCount)).cotangent(
        classCount: model.descriptor.classCount), through: trace, rules: .gradient,
      requesting: GradientRequest(attention: .all)
    ) { visited in
      attention[visited.layer] = Self.matrices(visited.attention, layout, visited.layer)
      gradient[visited.layer] = Self.matrices(visited.gradient, layout, visited.layer)
    }
    self.layout = layout
    self.attention = layout.layers.indices.map { attention[$0] ?? [] }
    self.gradient = layout.layers.indices.map { gradient[$0] ?? [] }
  }

  /// The matrices of the first image's heads: every pair of slots of every window goes to its pair of tokens.
  private static func matrices(_ windows: Tensor, _ layout: TokenLayout, _ layer: Int) -> [Matrix] {
    let (heads, slots) = (windows.shape[1], windows.shape[2])
    let count = layout.tokenCount(ofLayer: layer)
    let values = windows.elements
    let tokens = layout.windows(ofLayer: layer)?.tokens ?? Array(0..<count)
    return (0..<heads).map { head in
      var matrix = Matrix(rows: count, columns: count, Array(repeating: 0, count: count * count))
      for window in 0..<tokens.count / slots {
        for query in 0..<slots {
          for key in 0..<slots {
            let (row, column) = (tokens[window * slots + query], tokens[window * slots + key])
            guard row >= 0, column >= 0 else { continue }
            matrix[row, column] = Double(values[((window * heads + head) * slots + query) * slots + key])
          }
        }
      }
      return matrix
    }
  }

  /// The matrix between the tokens of a layer and those of the layer before: identity, or equal shares.
  func merge(before layer: Int) -> Matrix {
    guard let merge = layout.layers[layer].merge else {
      return .identity(layout.tokenCount(ofLayer: layer))
    }
    let (coarse, fine) = (merge.coarse, merge.fine)
    var matrix = Matrix(
      rows: coarse.count, columns: fine.count, Array(repeating: 0, count: coarse.count * fine.count))
    for token in 0..<coarse.count {
      let parts = (0..<fine.count).filter {
        $0 / fine.columns / 2 == token / coarse.columns && $0 % fine.columns / 2 == token % coarse.columns
      }
      for part in parts { matrix[token, part] = 1 / Double(parts.count) }
    }
    return matrix
  }

  /// F_L·M_L⋯F_1·M_1, layers without a factor being the identity.
  func chain(_ factors: [Int: Matrix]) -> Matrix {
    var product = Matrix.identity(layout.tokenCount)
    for layer in layers {
      if layer > 0 { product = merge(before: layer) * product }
      if let factor = factors[layer] { product = factor * product }
    }
    return product
  }

  /// Σ_h w_h·A_h of a layer, by equal weights where there are none.
  func fused(_ layer: Int, weights: [Double]? = nil) -> Matrix {
    let heads = attention[layer]
    let weights = weights ?? heads.map { _ in 1 / Double(heads.count) }
    return zip(heads, weights).map { $1 * $0 }.sum
  }
}

extension [Matrix] {
  /// The sum of all.
  var sum: Matrix { dropFirst().reduce(self[0], +) }
}
