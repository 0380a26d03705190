import ArgumentParser
import XAICore

/// `xai list`: what this build can do, from the plugins' own descriptions.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List models, explainers, metrics and data sets with their options and sources.",
    discussion: """
      Everything is read from the plugins themselves: what is listed is what runs.

        xai list                        everything
        xai list explainers             each explainer, its options, their defaults and values
        xai list explainers --json      the same for programs

      An explainer is written as id:option=value,option=value, such as gmar:norm=l2 or gmar:preset=paper.
      A data set is written the same way, or as its path alone.
      """)

  /// A kind of plugin.
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case models
    case explainers
    case metrics
    case datasets
  }

  @Argument(help: "What to list; everything when left out.")
  var kind: Kind?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let catalogue = Catalogue(CommandContext.currentRegistry, kind: kind)
    try StandardOutput.write(json ? XAICommand.json(catalogue, isIndented: true) : catalogue.text)
  }
}

/// The lists that were asked for.
struct Catalogue: Encodable {
  struct Explainer: Encodable {
    let descriptor: ExplainerDescriptor
    let options: [OptionDescription]
    let plugin: String
    /// The families of models that can give what it needs with its default options.
    let fits: [String]
    /// What it needs with its default options, which may be another explainer's.
    let needs: Capabilities

    private enum CodingKeys: String, CodingKey { case descriptor, options, plugin, fits }

    init(_ entry: Registry.ExplainerEntry, of registry: Registry) {
      (descriptor, options, plugin) = (entry.descriptor, entry.options, entry.plugin)
      let explainer = try? registry.explainer(entry.descriptor.id)
      let needs = explainer?.needs ?? descriptor.needs
      self.needs = needs
      fits = registry.models.map(\.descriptor).filter {
        $0.capabilities.isSuperset(of: needs) && ($0.isIsotropic || explainer?.needsIsotropicLayers == nil)
      }.map(\.id)
    }
  }

  struct Metric: Encodable {
    let descriptor: MetricDescriptor
    let options: [OptionDescription]
    let plugin: String
  }

  struct Dataset: Encodable {
    let descriptor: DatasetDescriptor
    let options: [OptionDescription]
    let plugin: String
  }

  struct Model: Encodable {
    let descriptor: ArchitectureDescriptor
    let plugin: String
  }

  private(set) var models: [Model]?
  private(set) var explainers: [Explainer]?
  private(set) var metrics: [Metric]?
  private(set) var datasets: [Dataset]?

  init(_ registry: Registry, kind: ListCommand.Kind?) {
    if kind == nil || kind == .models {
      models = registry.models.map { Model(descriptor: $0.descriptor, plugin: $0.plugin) }
    }
    if kind == nil || kind == .explainers {
      explainers = registry.explainers.map { Explainer($0, of: registry) }
    }
    if kind == nil || kind == .metrics {
      metrics = registry.metrics.map {
        Metric(descriptor: $0.descriptor, options: $0.options, plugin: $0.plugin)
      }
    }
    if kind == nil || kind == .datasets {
      datasets = registry.datasets.map {
        Dataset(descriptor: $0.descriptor, options: $0.options, plugin: $0.plugin)
      }
    }
  }
}

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
    let rows = [
      ("Hugging Face", descriptor.huggingFaceClasses.joined(separator: ", ")),
      ("timm", descriptor.timmNames.joined(separator: ", ")),
      ("classes", descriptor.classes.map(\.rawValue).joined(separator: ", ")),
      ("left out", descriptor.leftOut),
    ].filter { !$0.1.isEmpty }
    return """
        \(descriptor.id): \(descriptor.title)
          \(descriptor.summary).
      \(rows.map { "    \($0.0): \($0.1)." }.joined(separator: "\n"))
          \(descriptor.citation)

      """
  }
}

extension Catalogue.Explainer {
  fileprivate var text: String {
    let head = """
        \(descriptor.id): \(descriptor.title)
          \(descriptor.summary).
          \(evidence); the map \
      \(descriptor.isClassSpecific ? "depends on the class" : "is the same for every class"); \(scores).
          Forward passes: \(descriptor.forwardPasses); backward passes: \(descriptor.backwardPasses).
          Needs \(needsText); fits \(fits.isEmpty ? "no model of this build" : fits.joined(separator: ", ")).
          \(descriptor.citation)

      """
    return head + optionTable(options)
  }

  private var needsText: String {
    needs.isEmpty ? "nothing of the model" : needs.names.joined(separator: ", ")
  }

  private var scores: String {
    switch descriptor.scores {
    case .signed: "scores are signed"
    case .magnitude: "scores are magnitudes"
    case .relative: "scores are relative: more is more, and 0 means nothing"
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
