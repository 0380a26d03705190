import Foundation
import Testing
import XAIBench
import XAICore
import XAIImage
import XAITensor
import XAITesting
import XAITransformer

@testable import XAICommand

@Suite struct ProfileTests {
  @Test func explainSaysWhereItsTimeWent() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    func explain(_ output: String, _ more: String...) throws -> CommandResult {
      try XAIProcess.run(
        [
          "explain", "-m", FixtureModel.vit, folder.path("photo.png"), "-e", "gmar", "-o",
          folder.path(output),
        ] + more)
    }
    let plain = try explain("plain")
    let result = try explain("profiled", "--profile")
    #expect(result.status == 0 && plain.errors.isEmpty)
    #expect(result.output == plain.output.replacingOccurrences(of: "/plain/", with: "/profiled/"))
    let file = try #require(folder.names(in: "plain").first)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: folder.path("plain/\(file)")))
        == Data(contentsOf: URL(fileURLWithPath: folder.path("profiled/\(file)"))))
    for words in [
      "Where the time went:", "loading the model", "attention  ",
      "attention, dA = dO·Vᵀ",
      "MLP, first map", "MLP, second map", "MLP, first map, reverse", "patches", "classifier", "softmax",
      "layer norm", "GELU", "all kernels", "normalising images", "drawing",
      "encoding and writing", "not measured", "in all", "meanwhile, on other threads", "reading and decoding",
      "resizing",
    ] { #expect(result.errors.contains(words), "\(words) is not in \(result.errors)") }
  }

  #if XAI_DATABASE
  @Test func evaluateSaysWhereItsTimeWent() throws {
    let fixture = EvaluationFixture()
    let result = try XAIProcess.run(fixture.arguments("out.sqlite", "--heads", "--profile", "-q"))
    #expect(result.status == 0, "\(result.errors)")
    for words in [
      "hashing the model", "planning frames", "waiting for frames", "judging", "storing results",
      "encoding thumbnails", "making frames", "opening images", "attention  ",
    ] { #expect(result.errors.contains(words), "\(words) is not in \(result.errors)") }
  }
  #endif

  /// Roles of the products of a model whose MLP is as wide as a patch has values, as that of ViT-Ti/16 is.
  @Test func rolesOfProducts() throws {
    let profile = Profile()
    let kernels = ProfilingKernels(AvailableKernels.preferred.make(), into: profile)
    let model = VisionTransformer(
      random: VisionTransformerConfiguration(
        imageHeight: 12, imageWidth: 12, patchHeight: 4, patchWidth: 4, width: 12, depth: 3, headCount: 3,
        mlpWidth: 48, epsilon: 1e-6, classCount: 5), name: "small", on: kernels)
    let trace = try model.forward(
      Tensor(repeating: 0.5, [2, 3, 12, 12]), recording: Recording(attention: .all, gradients: true))
    _ = try model.differentiable().backward(
      from: Tensor(repeating: 1, trace.logits.shape), through: trace,
      requesting: GradientRequest(attention: .all, input: true))
    var calls: [String: Int] = [:]
    for entry in profile.take().entries {
      if case .product(let kind) = entry.operation {
        calls[kind.role(in: model.descriptor), default: 0] += entry.calls
      }
    }
    #expect(
      calls == [
        "patches": 1, "projection; queries, keys or values": 12, "MLP, first map": 3, "MLP, second map": 3,
        "classifier": 1, "classifier, reverse": 1, "MLP, second map, reverse": 3,
        "MLP, first map, reverse": 3,
        "projection; queries, keys or values, reverse": 12, "attention, dA = dO·Vᵀ": 3,
        "attention, dV = Aᵀ·dO": 3, "attention, dQ = dS·K": 3, "attention, dK = dSᵀ·Q": 3,
        "patches, reverse": 1,
      ])
  }
}
