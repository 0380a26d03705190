import ArgumentParser
import Testing
import XAICore
import XAITraining

@testable import XAICommand

/// The recipe's flags against the recipe's table.
@Suite struct TrainRecipeTests {
  /// A value other than the default for each option, in the order of the table.
  private static let values: [String: String] = [
    "optimizer": "adam", "learning-rate": "0.25", "beta1": "0.5", "beta2": "0.75", "epsilon": "0.125",
    "weight-decay": "0.0625", "warm-up": "7", "schedule": "constant", "clip": "2", "label-smoothing": "0.1",
    "batch-size": "12", "micro-batch": "3", "epochs": "2.5", "crop": "resized", "crop-scale": "0.75",
    "flip": "false", "scope": "head", "seed": "42",
  ]

  @Test("Every option of the recipe has a flag that sets it, and nothing else")
  func everyOptionHasAFlag() throws {
    let defaults = Recipe().texts
    for option in Recipe.table {
      let value = try #require(Self.values[option.name], "no value for \(option.name) in this test")
      let arguments = option.name == "flip" ? ["--no-flip"] : ["--\(option.name)", value]
      let texts = try RecipeOptions.parse(arguments).recipe().texts
      for (text, other) in zip(texts, defaults) {
        if text.key == option.name {
          #expect(text.value == value && text.value != other.value, "\(option.name)")
        } else {
          #expect(text.value == other.value, "\(option.name) changes \(text.key)")
        }
      }
    }
  }

  @Test func theClassifierAlone() throws {
    #expect(try RecipeOptions.parse(["--head-only"]).recipe().scope == .head)
    #expect(throws: OptionError.repeated(owner: "train", option: "scope")) {
      try RecipeOptions.parse(["--head-only", "--scope", "model"]).recipe()
    }
  }

  @Test(arguments: Recipe.presets.map(\.name))
  func presets(name: String) throws {
    let recipe = try RecipeOptions.parse(["--seed", "3", "--preset", name]).recipe()
    #expect(try recipe == Recipe([(key: "preset", value: name), (key: "seed", value: "3")], of: "train"))
  }

  @Test(
    "Wrong values are told with the right ones",
    arguments: [
      (["--preset", "gmar"], "preset can't be 'gmar'; write fine-tune | scratch | adam"),
      (["--learning-rate", "0"], "learning-rate can't be '0'; write a number above 0"),
      (["--batch-size", "many"], "batch-size can't be 'many'; write a whole number from 1 to 65536"),
      (["--crop", "random"], "crop can't be 'random'; write none | shifted | resized"),
      (["--epochs", "nan"], "epochs can't be 'nan'; write a number above 0"),
    ])
  func wrongValues(arguments: [String], message: String) throws {
    let error = try #require(throws: OptionError.self) { try RecipeOptions.parse(arguments).recipe() }
    #expect("\(error)" == "train: \(message)")
  }

  @Test(
    "Times and counts after which a run ends",
    arguments: [
      ("90s", .seconds(90)), ("1.5min", .seconds(90)), ("2h", .seconds(7200)), ("500steps", .count(500)),
      ("1step", .count(1)), ("0steps", nil), ("1.5steps", nil), ("90", nil), ("s", nil), ("-1s", nil),
      ("1e9h", nil), ("", nil), ("9999999999h", nil), ("99999999999999999999steps", nil),
    ] as [(String, StopCondition<Steps>?)])
  func stopConditions(text: String, condition: StopCondition<Steps>?) {
    #expect(StopCondition<Steps>(argument: text) == condition)
  }
}
