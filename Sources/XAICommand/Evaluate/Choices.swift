import XAICore

/// The explainers and metrics of an evaluation: those that a user asked for, or those that fit.
struct Choices {
  private let registry: Registry

  /// The metrics that an evaluation has where none are asked for, so far as they are known.
  static let defaultMetrics = ["average-drop", "average-increase", "average-gain", "insertion", "deletion"]
  /// The preset that metrics work with where none is asked for.
  static let defaultProtocol = "rise-fast"

  init(_ registry: Registry) { self.registry = registry }

  /// The explainers of some texts, each once.
  func explainers(_ texts: [String]) throws -> [any Explainer] {
    try ExplainerChoice.list(texts, registry: registry).map(\.explainer)
  }

  /// At most eight explainers that fit a model: what leads, what it is held against, and the baselines.
  func usualExplainers(_ model: ModelDescriptor) throws -> [any Explainer] {
    try explainers(registry.evaluatedExplainers(for: model))
  }

  /// The metrics of some texts with a protocol, each once.
  ///
  /// - Parameter preset: for every metric that has it and is not told another; nil for the default one.
  func metrics(_ texts: [String], preset: String?) throws -> [any Metric] {
    if let preset { try check(preset) }
    var seen: Set<String> = []
    return try texts.map { text in
      let specification = try Specification(parsing: text)
      // The registry says what it knows where it does not know this one.
      guard let entry = registry.metrics.first(where: { $0.descriptor.id == specification.id }) else {
        return try registry.metric(text)
      }
      let isOpen = !specification.values.contains { $0.key == "preset" }
      let name = preset ?? Self.defaultProtocol
      return try entry.make(
        (isOpen && entry.presets.contains(name) ? [(key: "preset", value: name)] : []) + specification.values)
    }.filter { seen.insert($0.specification).inserted }
  }

  /// The default metrics, and those about objects where the data has them.
  func defaultMetricTexts(hasObjects: Bool) throws -> [String] {
    let known = Self.defaultMetrics.filter { id in registry.metrics.contains { $0.descriptor.id == id } }
    guard hasObjects else { return known }
    return try known
      + registry.metrics.filter { try $0.make([]).needs.contains(.objects) }.map(\.descriptor.id)
  }

  private func check(_ preset: String) throws(Failure) {
    let known = Set(registry.metrics.flatMap(\.presets)).sorted()
    guard !known.contains(preset) else { return }
    throw Failure(
      .usage,
      "--protocol \(preset): no metric has this preset; "
        + (known.isEmpty ? "none has any" : "there are \(known.joined(separator: ", "))"))
  }
}

extension Registry.MetricEntry {
  /// The names of its presets.
  fileprivate var presets: [String] { options.first { $0.name == "preset" }?.choices ?? [] }
}
