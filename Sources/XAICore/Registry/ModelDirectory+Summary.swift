import XAIWeights

extension ModelDirectory {
  /// What the configuration says the model is, for messages: `model_type bert, BertForMaskedLM`.
  var summary: String {
    let type = (try? config.optionalString("model_type")).flatMap { $0 }.map { "model_type \($0)" }
    let classes = (try? config.optionalStrings("architectures")).flatMap { $0 } ?? []
    let architecture = (try? config.optionalString("architecture")).flatMap { $0 }.map { "timm's \($0)" }
    let parts = ([architecture, type].compactMap { $0 } + classes)
    return parts.isEmpty ? "a configuration that names no architecture" : parts.joined(separator: ", ")
  }
}
