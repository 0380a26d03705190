import Testing
import XAICore
import XAIFoundation
import XAIGradECLIP
import XAITensor
import XAITesting

/// Grad-ECLIP against its formula.
@Suite("Grad-ECLIP") struct GradECLIPTests {
  /// ReLU(Σ_r Σ_c G_rc · v_pc · λ_rp), entry by entry in double precision.
  private func naive(
    _ model: ScriptedModel, layer: Int, similarity: Bool, image: Int, classIndex: Int
  ) throws -> [Double] {
    func point(_ place: Place) -> ActivationPoint { ActivationPoint(layer: layer, place: place) }
    func activation(_ place: Place) throws -> Matrix {
      Matrix(try #require(model.activations[point(place)])[image])
    }
    func inner(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let (q, k, v) = (try activation(.queries), try activation(.keys), try activation(.values))
    let slopes = Matrix(try #require(model.activationGradients[point(.headOutputs)])[classIndex][image])
    let layout = model.descriptor.layout
    var map = [Double](repeating: 0, count: layout.grid.count)
    for token in layout.readoutTokens {
      let cosines = layout.patches.map { patch in
        inner(q[row: token], k[row: patch])
          / (inner(q[row: token], q[row: token]) * inner(k[row: patch], k[row: patch])).squareRoot()
      }
      let (low, high) = (cosines.min() ?? 0, cosines.max() ?? 0)
      for (index, patch) in layout.patches.enumerated() {
        let share = similarity ? (cosines[index] - low) / (high - low) : 1
        map[index] += inner(slopes[row: token], v[row: patch]) * share
      }
    }
    return map.map { max($0, 0) }
  }

  @Test("maps are the formula's within 1e-4 on every layout", arguments: ToyModel.all)
  func formula(_ toy: ToyModel) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    for (option, layer) in [(-1, 2), (0, 0)] {
      for similarity in [true, false] {
        var options = GradECLIPOptions()
        (options.layer, options.similarity) = (option, similarity)
        let maps = try GradECLIP(options: options).explain(
          model.input(images: 2), targets: .classes([0, 1]), using: model)
        for image in 0..<2 {
          for classIndex in 0..<2 {
            let expected = try naive(
              model, layer: layer, similarity: similarity, image: image, classIndex: classIndex)
            expectClose(
              maps[image][classIndex].scores, expected.map { Float($0) }, within: 1e-4,
              "\(toy) '\(options.shortestText)'")
          }
        }
      }
    }
  }

  @Test(
    "on a model with one head, values weighted by attention add up to what the class gains from the output")
  func values() throws {
    let model = ToyModel.oneHead.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 3)
    let input = random.normal([1, 3, 12, 12])
    let layer = model.descriptor.layerCount - 1
    func point(_ place: Place) -> ActivationPoint { ActivationPoint(layer: layer, place: place) }
    let trace = try model.forward(
      input,
      recording: Recording(
        attention: .some([layer]), activations: [point(.values), point(.headOutputs)], gradients: true))
    let gradient = try #require(
      model.differentiable().backward(
        from: Targets([[2]]).cotangent(classCount: 5), through: trace,
        requesting: GradientRequest(activations: [point(.headOutputs)])
      ).activations[point(.headOutputs)])
    let slopes = Matrix(gradient[0])
    let outputs = Matrix(try trace.activation(at: point(.headOutputs))[0])
    let values = Matrix(try trace.activation(at: point(.values))[0])
    let attention = Matrix(try trace.attention(ofLayer: layer)[0][0])
    let gain = zip(slopes[row: 0], outputs[row: 0]).reduce(0) { $0 + $1.0 * $1.1 }
    let parts = (0..<values.rows).map { token in
      attention[0, token] * zip(slopes[row: 0], values[row: token]).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(abs(parts.reduce(0, +) - gain) <= 1e-5 * parts.reduce(1) { max($0, abs($1)) })
  }

  @Test func layersWithWindowsAreRefusedByName() throws {
    let model = HierarchicalToyModel.padded.make(on: AvailableKernels.preferred.make())
    expectError("grad-eclip can't explain toy-windows") { try GradECLIP().check(fits: model.descriptor) }
  }
}
