import Testing

@testable import XAITraining

@Suite struct RecipeTests {
  @Test("adam is what the paper that it follows says")
  func paper() throws {
    let recipe = try recipe(("preset", "adam"))
    #expect(recipe.rule == .adam && recipe.beta1 == 0.9 && recipe.beta2 == 0.999 && recipe.epsilon == 1e-8)
    #expect(recipe.learningRate == 5e-5 && recipe.batchSize == 32 && recipe.epochs == 100)
    #expect(recipe.crop == .shifted && recipe.flip && recipe.weightDecay == 0 && recipe.schedule == .constant)
    #expect(recipe.clip == 0 && recipe.labelSmoothing == 0 && recipe.warmUpSteps == 0)
  }

  @Test("the learning rate rises in a line and falls along a cosine")
  func schedule() throws {
    let recipe = try recipe(("learning-rate", "2"), ("warm-up", "4"))
    let rates = (0..<12).map { recipe.learningRate(ofStep: $0, of: 12) }
    let expected = [0.5, 1, 1.5, 2, 2, 1.9238795, 1.7071068, 1.3826834, 1, 0.6173166, 0.2928932, 0.0761205]
    for (rate, expected) in zip(rates, expected) { #expect(abs(rate - expected) < 1e-6) }
  }

  @Test(
    "values that can't be are refused",
    arguments: [
      ("learning-rate", "0"), ("learning-rate", "nan"), ("beta1", "1"), ("batch-size", "0"), ("epochs", "-1"),
      ("crop", "centre"), ("label-smoothing", "1"), ("clip", "-1"), ("scope", "tail"),
    ])
  func refused(key: String, value: String) {
    #expect(throws: (any Error).self) { try recipe((key, value)) }
  }
}
