import ArgumentParser
import XAIEvaluation

/// How the classes of data are found among a model's.
struct ClassOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How the data's classes are found among the model's: auto (by label, WordNet id, name or stated index), names, index, order, imagenet.",
      valueName: "how"), completion: .list(ClassMatching.allCases.map(\.rawValue)), transform: namedValue)
  var classes = ClassMatching.auto
}
