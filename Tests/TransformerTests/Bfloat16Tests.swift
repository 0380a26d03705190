import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting
import XAITransformer

/// Whole models in bfloat16 against float32: rounding to 8 bits moves what is of size 1 by some hundredths.
@Suite(.enabled(if: PortableKernels(precision: .bfloat16) != nil)) struct Bfloat16Tests {
  private func models(_ toy: ToyModel) throws -> (bfloat16: any Model, float32: any Model) {
    (
      toy.make(on: try #require(PortableKernels(precision: .bfloat16, threads: 2))),
      toy.make(on: PortableKernels(threads: 2))
    )
  }

  /// Factors keep 16 bits in both passes, so what differs is in the fifth digit.
  @Test(
    "logits and gradients of split factors", .enabled(if: PortableKernels(precision: .bfloat16x3) != nil),
    arguments: ToyModel.all)
  func split(_ toy: ToyModel) throws {
    let models = [
      toy.make(on: try #require(PortableKernels(precision: .bfloat16x3, threads: 2))),
      toy.make(on: PortableKernels(threads: 2)),
    ]
    let found = try models.map { try recorded($0) }
    expectClose(found[0].logits, found[1].logits, within: 1e-4 * max(1, largest(found[1].logits)), "\(toy)")
    #expect(found[0].gradients.count == found[1].gradients.count && !found[0].gradients.isEmpty)
    for (layer, pair) in zip(found[0].gradients, found[1].gradients).enumerated() {
      expectClose(pair.0, pair.1, within: 1e-3 * largest(pair.1), "\(toy), layer \(layer)")
    }
    #expect(try models[0].logits(input[1..<2]).elements == models[0].logits(input)[1..<2].elements)
  }

  /// Logits, and the gradients of each layer's attention.
  private func recorded(_ model: any Model) throws -> (logits: Tensor, gradients: [Tensor]) {
    let trace = try model.forward(input, recording: Recording(attention: .all, gradients: true))
    var gradients: [Int: Tensor] = [:]
    _ = try model.differentiable().backward(
      from: Targets([[1], [2]]).cotangent(classCount: model.descriptor.classCount), through: trace,
      rules: .gradient, requesting: GradientRequest(attention: .all)
    ) { gradients[$0.layer] = Tensor($0.gradient.shape, $0.gradient.elements) }
    return (trace.logits, gradients.sorted { $0.key < $1.key }.map(\.value))
  }

  private var input: Tensor {
    var random = SeededRandom(seed: 21)
    return random.normal([2, 3, 12, 12])
  }

  private func largest(_ x: Tensor) -> Float { x.elements.map(abs).max() ?? 0 }

  @Test("logits, and an image's do not depend on its batch", arguments: ToyModel.all)
  func logits(_ toy: ToyModel) throws {
    let models = try models(toy)
    let expected = try models.float32.logits(input)
    let logits = try models.bfloat16.logits(input)
    #expect(logits.elements != expected.elements)
    expectClose(logits, expected, within: 0.03 * max(1, largest(expected)), "\(toy)")
    #expect(try models.bfloat16.logits(input[1..<2]).elements == logits[1..<2].elements)
    // What is recorded has GELU by itself, which is exact to float32; where it is rounded to another neighbour, the
    // toys' few elements don't average it out.
    let recorded = try models.bfloat16.forward(input, recording: Recording(attention: .all, gradients: true))
    expectClose(recorded.logits, logits, within: 5e-3 * max(1, largest(expected)), "\(toy), recorded")
  }

  @Test(
    "gradients of attention, whose backward pass is float32 or not",
    arguments: ToyModel.all, [KernelSelection.Precision.bfloat16, .bfloat16Backward])
  func gradients(_ toy: ToyModel, _ precision: KernelSelection.Precision) throws {
    let models = try [
      toy.make(on: #require(PortableKernels(precision: precision, threads: 2))),
      toy.make(on: PortableKernels(threads: 2)),
    ]
    let gradients = try models.map { try recorded($0).gradients }
    #expect(gradients[0].count == gradients[1].count && !gradients[0].isEmpty)
    for (layer, pair) in zip(gradients[0], gradients[1]).enumerated() {
      expectClose(pair.0, pair.1, within: 0.15 * largest(pair.1), "\(toy), layer \(layer)")
      let differences = zip(pair.0.elements, pair.1.elements).map { abs($0 - $1) }
      #expect(
        differences.reduce(0, +) / Float(differences.count) < 0.02 * largest(pair.1), "\(toy), layer \(layer)"
      )
    }
  }
}
