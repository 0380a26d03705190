/// The explainers that are used where nobody says which, as users write them.
///
/// Which methods lead is knowledge about methods: it is given together with them, and nothing else names one.
public struct ExplainerDefaults: Hashable, Sendable {
  /// Those that one map is made with, best first: the first that fits the model is used.
  public var leading: [String]
  /// Those that are evaluated, most wanted first: those that fit the model, as many as there is room for.
  public var evaluated: [String]

  /// Lists explainers; none by default, and then those of the registry are taken in their order.
  public init(leading: [String] = [], evaluated: [String] = []) {
    self.leading = leading
    self.evaluated = evaluated
  }
}

extension Registry {
  /// How many explainers are evaluated where nobody says which: each costs its share of every metric.
  package static let evaluatedLimit = 8

  /// The explainers that follow the class and fit a model, best first; on a model without classes, those that fit it.
  package func leadingExplainers(for model: ModelDescriptor) throws -> [String] {
    let listed = defaults.leading + explainers.filter(\.isCheap).map(\.descriptor.id)
    return try fitting(listed, model).filter {
      try explainer($0).descriptor.isClassSpecific || model.output == .none
    }
  }

  /// The explainers that are evaluated on a model where nobody says which, baselines last.
  package func evaluatedExplainers(for model: ModelDescriptor) throws -> [String] {
    let listed =
      defaults.evaluated.isEmpty ? explainers.filter(\.isCheap).map(\.descriptor.id) : defaults.evaluated
    let fitting = try fitting(listed, model)
    let baselines = try fitting.filter { try explainer($0).descriptor.family == .baseline }
    let others = fitting.filter { !baselines.contains($0) }
    return Array(
      (others.prefix(max(Self.evaluatedLimit - baselines.count, 1)) + baselines).prefix(Self.evaluatedLimit))
  }

  private func fitting(_ texts: [String], _ model: ModelDescriptor) throws -> [String] {
    try texts.filter { text in
      let explainer = try explainer(text)
      return (try? explainer.check(fits: model)) != nil
    }
  }
}

extension Registry.ExplainerEntry {
  /// Whether it takes no more than a few passes: perturbation takes hundreds or thousands.
  fileprivate var isCheap: Bool { descriptor.family != .perturbation }
}
