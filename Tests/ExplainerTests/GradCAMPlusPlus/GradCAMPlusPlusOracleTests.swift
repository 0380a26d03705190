import Foundation
import Testing
import XAICore
import XAIGradCAMPlusPlus
import XAITensor
import XAITesting

/// Grad-CAM++ against its formula in double precision.
@Suite("Grad-CAM++ formula") struct GradCAMPlusPlusOracleTests {
  /// Σ_c w_c·f_pc with w_c = Σ_p α_pc·ReLU(g_pc), α = 1/(2 + g·Σ_q f_qc) as it is where ε is 0 and g is not.
  private func naive(_ f: Matrix, _ g: Matrix, _ patches: Range<Int>, epsilon: Double) -> [Double] {
    let weights = (0..<f.columns).map { c -> Double in
      let sum = patches.reduce(0) { $0 + f[$1, c] }
      return patches.reduce(0) { total, p in
        guard g[p, c] > 0 else { return total }
        let alpha =
          epsilon == 0
          ? 1 / (2 + g[p, c] * sum)
          : pow(g[p, c], 2) / (2 * pow(g[p, c], 2) + sum * pow(g[p, c], 3) + epsilon)
        return total + alpha * g[p, c]
      }
    }
    return patches.map { p in weights.indices.reduce(0) { $0 + weights[$1] * f[p, $1] } }
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func options(_ toy: ToyModel) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    for (layer, point) in [(-1, Place.firstNorm), (0, .output), (1, .input)] {
      for (relu, epsilon) in [(true, 0), (false, 0), (false, 1e-2)] {
        var options = GradCAMPlusPlusOptions()
        (options.layer, options.point, options.relu, options.epsilon) = (layer, point, relu, epsilon)
        let maps = try GradCAMPlusPlus(options: options).explain(
          model.input(images: 2), targets: .classes([0, 1]), using: model)
        let place = ActivationPoint(layer: layer < 0 ? 2 : layer, place: point)
        for (image, classIndex) in [(0, 1), (1, 0)] {
          let scores = naive(
            Matrix(try #require(model.activations[place])[image]),
            Matrix(try #require(model.activationGradients[place])[classIndex][image]), toy.layout.patches,
            epsilon: epsilon)
          let largest = Float(scores.reduce(1) { max($0, abs($1)) })
          expectClose(
            maps[image][classIndex].scores, scores.map { Float(relu ? max($0, 0) : $0) },
            within: 1e-5 * largest,
            "\(toy) '\(options.shortestText)'")
        }
      }
    }
  }

  @Test("gradients so small that their cubes underflow in single precision give the same map")
  func scale() throws {
    var model = ScriptedModel.random(layout: ToyModel.classToken.layout)
    let place = ActivationPoint(layer: 2, place: .firstNorm)
    let gradient = try #require(model.activationGradients[place])
    func map(_ factor: Float) throws -> [Float] {
      model.activationGradients[place] = Tensor(gradient.shape, gradient.elements.map { $0 * factor })
      var options = GradCAMPlusPlusOptions()
      options.relu = false
      return minMaxNormalised(
        try GradCAMPlusPlus(options: options).explain(
          model.input(images: 2), targets: .classes([0]), using: model)[0][0].scores)
    }
    // Both are so small that α is 1/2 everywhere.
    expectClose(try map(1e-13), try map(1e-15), within: 1e-5, "map")
  }
}
