import Testing
import XAIBTH
import XAICore
import XAITensor
import XAITesting

/// Bidirectional attribution against full matrices in double precision.
@Suite("BTH formula") struct BTHOracleTests {
  private func sum(_ matrices: [Matrix]) -> Matrix { matrices.dropFirst().reduce(matrices[0], +) }

  private func transposed(_ matrix: Matrix) -> Matrix {
    var result = Matrix.identity(matrix.rows)
    for i in 0..<matrix.rows { for j in 0..<matrix.columns { result[j, i] = matrix[i, j] } }
    return result
  }

  private func lengths(_ tokens: Matrix) -> [Double] {
    (0..<tokens.rows).map { tokens[row: $0].reduce(0) { $0 + $1 * $1 }.squareRoot() }
  }

  private func naive(_ model: ScriptedModel, _ options: BTHOptions, image: Int, classIndex: Int) throws
    -> [Double]
  {
    let (layout, heads) = (model.descriptor.layout, 0..<model.descriptor.headCount)
    func attention(_ layer: Int, _ head: Int) -> Matrix {
      model.attentionMatrix(layer: layer, image: image, head: head)
    }
    func gradient(_ layer: Int, _ head: Int) -> Matrix {
      model.attentionGradientMatrix(layer: layer, image: image, head: head, classIndex: classIndex)
    }
    var perception = Matrix.identity(layout.tokenCount)
    for layer in options.start..<model.descriptor.layerCount {
      var fused: Matrix
      switch options.variant {
      case .head:
        let importance = heads.map { head in
          (transposed(attention(layer, head)) * gradient(layer, head)).entries.reduce(0) { $0 + abs($1) }
        }
        fused = sum(heads.map { importance[$0] / importance.reduce(0, +) * attention(layer, $0) })
      case .token:
        let point = ActivationPoint(layer: layer, place: .input)
        let before = lengths(Matrix(try #require(model.activations[point])[image]))
        let after = lengths(
          Matrix(
            try #require(model.activations[ActivationPoint(layer: layer, place: .projectedValues)])[image]))
        fused = 1 / Double(heads.count) * sum(heads.map { attention(layer, $0) })
        for row in 0..<fused.rows {
          for column in 0..<fused.columns { fused[row, column] *= after[column] / before[column] }
        }
      }
      perception = perception + fused * perception
    }
    // Every point of the path has the scripted gradient, and so has their mean.
    let last = model.descriptor.layerCount - 1
    let feedback = 1 / Double(heads.count) * sum(heads.map { gradient(last, $0).map { max($0, 0) } })
    return Array(feedback.times(perception).read(with: layout.readoutWeights)[layout.patches])
  }

  @Test("every option on every layout", arguments: ToyModel.all, BTHOptions.Variant.allCases)
  func options(_ toy: ToyModel, _ variant: BTHOptions.Variant) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    for start in 0..<3 {
      var options = BTHOptions()
      (options.variant, options.start, options.steps) = (variant, start, 3)
      let maps = try BTH(options: options).explain(
        model.input(images: 2), targets: .classes([0, 1]), using: model)
      for (image, classIndex) in [(0, 1), (1, 0)] {
        expectSameMap(
          maps[image][classIndex].scores, try naive(model, options, image: image, classIndex: classIndex),
          within: 1e-5, "\(toy) \(variant) start \(start)")
      }
    }
  }

  @Test("the weights of heads sum to 1")
  func weights() throws {
    let model = ScriptedModel.random(layout: ToyModel.classToken.layout)
    let map = try BTH().explain(model.input(images: 2), targets: .classes([0]), using: model)[1][0]
    let weights = try #require(map.diagnostics.headWeights)
    #expect(weights.count == 3 && weights.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-5 })
  }

  @Test("with one head all that is left of the head's weight is 1", arguments: ToyModel.all)
  func oneHead(_ toy: ToyModel) throws {
    let model = ScriptedModel.random(layout: toy.layout, heads: 1)
    let map = try BTH().explain(model.input(images: 2), targets: .classes([0]), using: model)[0][0]
    #expect(try #require(map.diagnostics.headWeights) == [[1], [1], [1]])
  }
}
