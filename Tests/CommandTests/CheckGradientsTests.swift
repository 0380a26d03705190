import Foundation
import Testing
import XAI
import XAICore
import XAITensor
import XAIWeights

@testable import XAICommand

@Suite struct CheckGradientsTests {
  struct Report: Decodable {
    struct Check: Decodable {
      let quantity: String
      let count: Int
      let worst: Double
      let passed: Bool
    }
    let checks: [Check]
    let passed: Bool
  }

  @Test(arguments: [
    "hf-vit", "hf-vit-nonsquare", "hf-deit-distilled", "timm-vit-gap", "timm-vit-registers",
    "../swin/hf-swin-padded", "../swin/timm-swin-three-stages",
  ]) func rightGradientsPass(model: String) throws {
    let path = FixtureModel.folder.appendingPathComponent(model).path
    let result = try XAIProcess.run("check-gradients", "-m", path, "--json", "--pixels", "8")
    #expect(result.status == 0, "\(result.output)")
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    #expect(report.passed)
    #expect(
      report.checks.map(\.quantity) == [
        "pixels", "directions", "output", "after-attention", "head-outputs", "attention",
      ])
    #expect(report.checks.allSatisfy { $0.count > 0 && $0.worst >= 0 })
  }

  @Test func anImageAndAClass() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try XAIProcess.run(
      "check-gradients", "-m", FixtureModel.nonSquare, folder.path("photo.png"), "-t", "jay", "--pixels", "4")
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("class 6 (jay)") && result.output.contains("All gradients agree."))
  }

  @Test func differencesAreExtrapolatedWhereNoiseAndCurvatureAreLeast() {
    let steps = HalvingSteps(largest: 0.5, count: 12)
    // f(x) = x³ + x⁵/10 at 1 has the slope 3.5; rounding to float32 stands for the noise.
    let differences = steps.values.map { step in
      func f(_ x: Double) -> Double { Double(Float(x * x * x + x * x * x * x * x / 10)) }
      return (f(1 + step) - f(1 - step)) / (2 * step)
    }
    let (limit, uncertainty) = steps.extrapolated(differences, noise: 1e-7)
    #expect(abs(limit - 3.5) < 1e-5 && uncertainty < 1e-4)
    #expect(steps.provenError(differences.map { $0 - 3.5 }, noise: 1e-7) < 1e-5)
    #expect(steps.provenError(differences.map { $0 - 3.6 }, noise: 1e-7) > 0.099)
    #expect(steps.provenError([.nan, 1, 1], noise: 0).isNaN)
  }

  @Test func aWorstErrorOverTheToleranceFails() {
    let wrong = GradientComparison("pixels", errors: [0, 0.02], tolerance: 0.01)
    #expect(!wrong.passed && wrong.worst == 0.02)
    #expect(!GradientComparison("pixels", errors: [.nan], tolerance: 0.01).passed)
    #expect(GradientComparison("pixels", errors: [0.01], tolerance: 0.01).passed)
  }
}

/// A model whose backward pass is wrong in one place, to see that the check finds it.
private struct WrongModel: DifferentiableModel {
  enum Fault: CaseIterable {
    case input
    case activation
    case attention
  }

  let base: any Model
  let fault: Fault

  var descriptor: ModelDescriptor { base.descriptor }

  func layout(height: Int, width: Int) throws -> TokenLayout { try base.layout(height: height, width: width) }

  func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
    try base.forward(input, recording: recording)
  }

  func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest,
    visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    var gradients = try base.differentiable().backward(
      from: cotangent, through: trace, rules: rules, requesting: request
    ) {
      visited in
      guard fault == .attention, visited.layer == 1 else { return try visitAttention(visited) }
      try visitAttention(
        AttentionGradient(layer: 1, attention: visited.attention, gradient: scaled(visited.gradient)))
    }
    if fault == .input { gradients.input = gradients.input.map(scaled) }
    let point = ActivationPoint(layer: 1, place: .output)
    if fault == .activation { gradients.activations[point] = gradients.activations[point].map(scaled) }
    return gradients
  }

  /// One part in a hundred too much.
  private func scaled(_ tensor: Tensor) -> Tensor { Tensor(tensor.shape, tensor.elements.map { $0 * 1.01 }) }
}

@Suite struct WrongGradientTests {
  @Test func aRightModelPasses() throws {
    #expect(try failures(of: fixture()).isEmpty)
  }

  @Test func wrongGradientsAreFoundWhereTheyAre() throws {
    let model = try fixture()
    #expect(try failures(of: WrongModel(base: model, fault: .input)).contains("directions"))
    #expect(try failures(of: WrongModel(base: model, fault: .activation)) == ["output"])
    #expect(try failures(of: WrongModel(base: model, fault: .attention)) == ["attention"])
  }

  private func fixture() throws -> any Model {
    try Registry.builtIn().loadModel(
      ModelDirectory(FixtureModel.vit), LoadRequest(kernels: KernelSelection.makeKernels()))
  }

  private func failures(of model: any Model) throws -> [String] {
    var random = SeededNumbers(seed: 7)
    let shape: TensorShape = [1, 3, 16, 16]
    let input = Tensor(shape, (0..<shape.count).map { _ in Float(random.uniform(in: -1...1)) })
    return try GradientCheck(model: model, input: input, classIndex: 2).run(pixels: 6, directions: 2, &random)
      .filter { !$0.passed }.map(\.quantity)
  }
}
