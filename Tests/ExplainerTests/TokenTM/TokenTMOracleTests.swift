import Foundation
import Testing
import XAICore
import XAITensor
import XAITesting
import XAITokenTM

/// TokenTM against full matrices in double precision.
@Suite("TokenTM formula") struct TokenTMOracleTests {
  private func lengths(_ tokens: Matrix) -> [Double] {
    (0..<tokens.rows).map { tokens[row: $0].reduce(0) { $0 + $1 * $1 }.squareRoot() }
  }

  private func diagonal(_ values: [Double]) -> Matrix {
    var matrix = Matrix.identity(values.count)
    for (index, value) in values.enumerated() { matrix[index, index] = value }
    return matrix
  }

  /// diag(‖Ẽ‖/‖E‖ · softmax cos(E, Ẽ)).
  private func effect(_ before: Matrix, _ after: Matrix) -> Matrix {
    let (a, b) = (lengths(before), lengths(after))
    let cosines = a.indices.map { token in
      zip(before[row: token], after[row: token]).reduce(0) { $0 + $1.0 * $1.1 } / (a[token] * b[token])
    }
    let sum = cosines.reduce(0) { $0 + exp($1) }
    return diagonal(a.indices.map { b[$0] / a[$0] * exp(cosines[$0]) / sum })
  }

  private func naive(_ model: ScriptedModel, image: Int, classIndex: Int, start: Int) throws -> [Double] {
    let (layout, heads) = (model.descriptor.layout, model.descriptor.headCount)
    func tokens(_ layer: Int, _ point: Place) throws -> Matrix {
      Matrix(try #require(model.activations[ActivationPoint(layer: layer, place: point)])[image])
    }
    var contribution = diagonal(lengths(try tokens(start, .input)))
    let identity = Matrix.identity(layout.tokenCount)
    for layer in start..<model.descriptor.layerCount {
      let (input, middle, output) = (
        try tokens(layer, .input), try tokens(layer, .afterAttention), try tokens(layer, .output)
      )
      var attention = Matrix.identity(layout.tokenCount, times: 0)
      var gradient = attention
      for head in 0..<heads {
        attention = attention + model.attentionMatrix(layer: layer, image: image, head: head)
        gradient =
          gradient
          + model.attentionGradientMatrix(layer: layer, image: image, head: head, classIndex: classIndex).map
        {
          max($0, 0)
        }
      }
      let share = 1 / Double(heads)
      let update = identity + ((share * attention) * effect(input, middle)).times(share * gradient)
      contribution = (identity + effect(middle, output)) * (update * contribution)
    }
    return Array(contribution.read(with: layout.readoutWeights)[layout.patches])
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func options(_ toy: ToyModel) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    for start in 0..<3 {
      var options = TokenTMOptions()
      options.start = start
      let maps = try TokenTM(options: options).explain(
        model.input(images: 2), targets: .classes([0, 1]), using: model)
      for (image, classIndex) in [(0, 1), (1, 0)] {
        expectSameMap(
          maps[image][classIndex].scores,
          try naive(model, image: image, classIndex: classIndex, start: start),
          within: 1e-5, "\(toy) start \(start)")
      }
    }
  }

  @Test("tokens of length zero weigh nothing and are no division by zero")
  func zeroTokens() throws {
    var model = ScriptedModel.random(layout: ToyModel.classToken.layout)
    for (point, tokens) in model.activations { model.activations[point] = Tensor(repeating: 0, tokens.shape) }
    let map = try TokenTM().explain(model.input(images: 2), targets: .classes([0]), using: model)[0][0]
    #expect(map.isDegenerate && map.scores[0] == 0)
  }
}
