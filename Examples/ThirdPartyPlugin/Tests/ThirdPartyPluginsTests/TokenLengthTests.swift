import Testing
import ThirdPartyPlugins
import XAI
import XAITesting

@Suite struct TokenLengthTests {
  @Test("norms are PyTorch's within 1e-5", arguments: AvailableKernels.all)
  func norms(_ kernels: AvailableKernels) throws {
    let model = try Fixture.model(on: kernels.make())
    let maps = try TokenLength().explain(Fixture.expected("input"), using: model)
    let expected = try Fixture.expected("token_norms")
    for image in maps.indices {
      expectClose(maps[image][0].scores, expected[image].elements, within: 1e-5, "image \(image)")
    }
  }

  @Test func aLayerThatIsNotThereIsRefusedByName() throws {
    let model = try Fixture.model(on: KernelSelection.makeKernels())
    let explainer = try Fixture.registry().explainer("token-length:layer=7")
    #expect(throws: OptionError.self) { try explainer.check(fits: model.descriptor) }
  }

  @Test(arguments: AvailableKernels.all)
  func conforms(_ kernels: AvailableKernels) {
    ExplainerConformance(TokenLength.self, on: kernels.make()).run()
  }
}
