import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

/// What a trace says of the inside of blocks beside attention and activations.
@Suite("Inside the blocks") struct InsideTests {
  private let input: Tensor = {
    var random = SeededRandom(seed: 6)
    return random.normal([2, 3, 12, 12])
  }()

  @Test("with one head, attention mixes the projected values", arguments: AvailableKernels.all)
  func projectedValues(_ kernels: AvailableKernels) throws {
    let model = ToyModel.oneHead.make(on: kernels.make())
    let points = [Place.input, .projectedValues, .afterAttention].flatMap { point in
      (0..<3).map { ActivationPoint(layer: $0, place: point) }
    }
    let trace = try model.forward(
      input, recording: Recording(attention: .all, activations: Set(points)))
    for layer in 0..<3 {
      for image in 0..<2 {
        let attention = Matrix(try trace.attention(ofLayer: layer)[image][0])
        func tokens(_ point: Place) throws -> Matrix {
          Matrix(try trace.activation(at: ActivationPoint(layer: layer, place: point))[image])
        }
        // What is left after mixing and the residual stream is the projection's bias, the same for every token.
        let rest = try tokens(.afterAttention) + -1 * (tokens(.input) + attention * tokens(.projectedValues))
        for row in 1..<rest.rows {
          expectClose(
            rest[row: row].map { Float($0) }, rest[row: 0].map { Float($0) }, within: 1e-4,
            "layer \(layer), token \(row)")
        }
      }
    }
  }

  @Test("the input of a block is the output of the one before", arguments: ToyModel.all + ToyModel.stages)
  func inputs(_ toy: ToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    let points = Set(
      [Place.input, .output].flatMap { point in
        (0..<3).map { ActivationPoint(layer: $0, place: point) }
      })
    let trace = try model.forward(input, recording: Recording(activations: points, gradients: true))
    let gradients = try model.differentiable().backward(
      from: Targets([[1], [2]]).cotangent(classCount: 5), through: trace,
      requesting: GradientRequest(activations: points)
    ).activations
    for layer in 1..<3 {
      let (below, above) = (
        ActivationPoint(layer: layer - 1, place: .output), ActivationPoint(layer: layer, place: .input)
      )
      #expect(try trace.activation(at: below).elements == trace.activation(at: above).elements)
      #expect(try #require(gradients[below]).elements == #require(gradients[above]).elements)
    }
    let alone = try model.differentiable().backward(
      from: Targets([[1], [2]]).cotangent(classCount: 5), through: trace,
      requesting: GradientRequest(activations: [ActivationPoint(layer: 0, place: .input)])
    ).activations
    let lowest = ActivationPoint(layer: 0, place: .input)
    #expect(try #require(alone[lowest]).elements == #require(gradients[lowest]).elements)
  }

  @Test("a layer that was not recorded is refused by name")
  func unrecorded() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let trace = try model.forward(input, recording: Recording(gradients: true))
    expectError("output of layer 2") {
      try model.layerReadable().readLayers(
        from: Targets([[1], [2]]).cotangent(classCount: 5), through: trace, layers: .all, readout: .mean
      ) { _ in }
    }
    let values = ActivationPoint(layer: 0, place: .projectedValues)
    expectError("projected-values of layer 0") { try trace.activation(at: values) }
  }
}
