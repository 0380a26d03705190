import XAICore

extension Catalogue {
  /// The lists as people read them.
  var text: String {
    [
      section("MODELS", models?.map(\.text)), section("EXPLAINERS", explainers?.map(\.text)),
      section("METRICS", metrics?.map(\.text)), section("DATA SETS", datasets?.map(\.text)),
    ].compactMap { $0 }.joined(separator: "\n")
  }

  private func section(_ title: String, _ entries: [String]?) -> String? {
    guard let entries else { return nil }
    return "\(title)\n\n" + (entries.isEmpty ? "  none in this build\n" : entries.joined(separator: "\n"))
  }
}

extension Catalogue.Model {
  fileprivate var text: String {
    let loads =
      descriptor.huggingFaceClasses.map { "Hugging Face \($0)" } + descriptor.timmNames.map { "timm \($0)" }
    return """
        \(descriptor.id): \(descriptor.title)
          \(descriptor.summary).
          Loads \(loads.joined(separator: ", ")).
          \(descriptor.citation)

      """
  }
}

extension Catalogue.Explainer {
  fileprivate var text: String {
    let passes =
      "\(descriptor.forwardPasses) forward and \(descriptor.backwardPasses) backward passes"
    let head = """
        \(descriptor.id): \(descriptor.title)
          \(descriptor.summary).
          \(evidence); the map \
      \(descriptor.isClassSpecific ? "depends on the class" : "is the same for every class"); \(scores); \(passes).
          Needs \(needs); fits \(fits.isEmpty ? "no model of this build" : fits.joined(separator: ", ")).
          \(descriptor.citation)

      """
    return head + optionTable(options)
  }

  private var needs: String {
    descriptor.needs.isEmpty ? "nothing of the model" : descriptor.needs.names.joined(separator: ", ")
  }

  private var scores: String {
    switch descriptor.scores {
    case .signed: "scores are signed"
    case .magnitude: "scores are magnitudes"
    }
  }

  private var evidence: String {
    descriptor.family == .baseline
      ? "A baseline, without evidence" : "Evidence from \(descriptor.family.rawValue)"
  }
}

extension Catalogue.Metric {
  fileprivate var text: String {
    let direction =
      switch descriptor.direction {
      case .higher: "higher is better"
      case .lower: "lower is better"
      case .neither: "neither is better"
      }
    let range = "\(descriptor.lowest.optionText) to \(descriptor.highest.optionText)"
    let head = """
        \(descriptor.id): \(descriptor.title)
          \(descriptor.summary).
          \(descriptor.unit.isEmpty ? "From" : "In \(descriptor.unit),") \(range); \(direction).
          \(descriptor.citation)

      """
    return head + optionTable(options)
  }
}

extension Catalogue.Dataset {
  fileprivate var text: String {
    let places = (descriptor.hasBoxes ? ["boxes"] : []) + (descriptor.hasMasks ? ["masks"] : [])
    let head = """
        \(descriptor.id): \(descriptor.title)
          \(descriptor.summary).
          Gives classes\(places.map { ", \($0)" }.joined()).
          \(descriptor.citation)

      """
    return head + optionTable(options)
  }
}

/// Options with defaults and values; nothing where there are none.
private func optionTable(_ options: [OptionDescription]) -> String {
  options.map { option in
    """
          \(option.name)=\(option.defaultValue)
              \(option.summary)
              values: \(option.allowed)

    """
  }.joined()
}
