import Testing
import XAI
import XAITesting

/// The preset `tokens` against a Hugging Face model in PyTorch whose tokens are dropped after the positions are added.
@Suite struct TokenRemovalGoldenTests {
  @Test(
    "curves of 16 points, the values that go with them", arguments: AvailableKernels.all,
    ["insertion", "deletion", "negative-perturbation"])
  func tokens(_ kernels: AvailableKernels, _ metric: String) throws {
    try PerturbationFixture().check(metric, "tokens", on: kernels.make(), within: 1e-5)
  }
}
