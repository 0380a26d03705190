import XAICore
import XAIWeights

extension ModelDirectory {
  /// What a directory says its outputs mean.
  ///
  /// That is `problem_type` of `transformers`; where the key is absent, one output is a regression there, and several are a
  /// softmax. timm says nothing: one output is taken for a class that is there or not.
  func outputMeaning(classCount: Int) throws -> OutputMeaning {
    guard classCount > 0 else { return .none }
    guard format == .huggingFace else { return classCount == 1 ? .sigmoid : .softmax }
    switch try config.optionalString("problem_type") {
    case nil: return classCount == 1 ? .regression : .softmax
    case "single_label_classification": return .softmax
    case "multi_label_classification": return classCount == 1 ? .sigmoid : .sigmoidPerClass
    case "regression": return .regression
    case .some(let type):
      throw VisionTransformerError.unsupported(
        file: config.file, key: "problem_type", value: "'\(type)'",
        supported: "'single_label_classification', 'multi_label_classification', 'regression'")
    }
  }
}

extension ModelDescriptor {
  /// The `problem_type` of `transformers` by which these outputs have their meaning; nil where it is its default.
  var problemType: String? {
    switch output {
    case .softmax: classCount == 1 ? "single_label_classification" : nil
    case .sigmoidPerClass, .sigmoid: "multi_label_classification"
    case .regression: classCount == 1 ? nil : "regression"
    case .none: nil
    }
  }
}
