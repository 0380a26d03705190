import Foundation

@testable import XAITensor

/// The formulas of the Kernels protocol as they stand, in double precision and with nothing else in mind.
enum Naive {
  /// The destination after a product, and Σ|a||b| for each element of it, which bounds the rounding errors.
  static func multiply(
    _ a: MatrixOperand, _ b: MatrixOperand, into destination: [Float], _ layout: MatrixLayout,
    _ epilogue: Epilogue
  ) -> (values: [Double], magnitudes: [Double]) {
    var values = destination.map(Double.init)
    var magnitudes = values.map(abs)
    let (left, right) = (a.tensor.doubles, b.tensor.doubles)
    let bias = epilogue.bias?.doubles
    let residual = epilogue.residual?.tensor.doubles
    for o in 0..<layout.outer.count {
      for i in 0..<layout.inner.count {
        for r in 0..<layout.rows {
          for c in 0..<layout.columns {
            var (sum, magnitude) = (0.0, 0.0)
            for k in 0..<a.layout.columns {
              let term = left[index(a.layout, o, i, r, k)] * right[index(b.layout, o, i, k, c)]
              sum += term
              magnitude += abs(term)
            }
            sum *= Double(epilogue.scale)
            magnitude *= Double(abs(epilogue.scale))
            let place = index(layout, o, i, r, c)
            if epilogue.accumulates {
              sum += values[place]
              magnitude += abs(values[place])
            }
            if let bias {
              sum += bias[c]
              magnitude += abs(bias[c])
            }
            if epilogue.activation == .gelu { sum = gelu(sum) }
            if let residual, let layout = epilogue.residual?.layout {
              let added = residual[index(layout, o, i, r, c)]
              sum += added
              magnitude += abs(added)
            }
            values[place] = sum
            magnitudes[place] = magnitude
          }
        }
      }
    }
    return (values, magnitudes)
  }

  private static func index(_ layout: MatrixLayout, _ o: Int, _ i: Int, _ r: Int, _ c: Int) -> Int {
    layout.offset + (layout.outer.count == 1 ? 0 : o) * layout.outer.stride
      + (layout.inner.count == 1 ? 0 : i) * layout.inner.stride + r * layout.rowStride + c
      * layout.columnStride
  }

  static func softmax(_ row: [Double]) -> [Double] {
    let largest = row.max() ?? 0
    let exponentials = row.map { exp($0 - largest) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }

  static func softmaxBackward(output y: [Double], gradient dy: [Double]) -> [Double] {
    let dot = zip(y, dy).map { $0 * $1 }.reduce(0, +)
    return zip(y, dy).map { $0 * ($1 - dot) }
  }

  static func statistics(_ row: [Double]) -> (mean: Double, variance: Double) {
    let mean = row.reduce(0, +) / Double(row.count)
    return (mean, row.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(row.count))
  }

  static func layerNorm(_ row: [Double], weight: [Double], bias: [Double], epsilon: Double) -> [Double] {
    let (mean, variance) = statistics(row)
    return row.indices.map { (row[$0] - mean) / (variance + epsilon).squareRoot() * weight[$0] + bias[$0] }
  }

  static func layerNormBackward(
    gradient: [Double], row: [Double], weight: [Double], epsilon: Double, constantVariance: Bool
  ) -> [Double] {
    let (mean, variance) = statistics(row)
    let r = 1 / (variance + epsilon).squareRoot()
    let normalised = row.map { ($0 - mean) * r }
    let g = zip(gradient, weight).map { $0 * $1 }
    let meanG = g.reduce(0, +) / Double(g.count)
    let meanProduct = constantVariance ? 0 : zip(g, normalised).map { $0 * $1 }.reduce(0, +) / Double(g.count)
    return g.indices.map { r * (g[$0] - meanG - normalised[$0] * meanProduct) }
  }

  /// Φ(x), by the complementary function so that the tail is exact.
  static func normalDistribution(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

  static func gelu(_ x: Double) -> Double { x * normalDistribution(x) }

  static func geluSlope(_ x: Double) -> Double {
    normalDistribution(x) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
  }
}
