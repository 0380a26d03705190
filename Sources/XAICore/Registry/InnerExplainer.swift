/// An explainer that another one is made around, as users write it in an option: `gmar:norm=l2+layers=2`.
///
/// A comma would end the option, so `+` stands between the inner one's own options.
public struct InnerExplainer: OptionValue {
  /// The text with commas, as it would be written alone.
  public let specification: String

  /// Reads the text of an option; nil where it is no specification.
  public init?(optionText: String) {
    let text = optionText.replacing("+", with: ",")
    guard (try? Specification(parsing: text)) != nil, !optionText.contains(",") else { return nil }
    specification = text
  }

  /// Names an explainer that is there already.
  ///
  /// - Throws: `OptionError` for one whose options have a `+` of their own: they could not be read back.
  public init(_ explainer: some Explainer) throws(OptionError) {
    let text = explainer.specification
    guard !text.contains("+"), let inner = Self(optionText: text.replacing(",", with: "+")) else {
      throw .invalid(
        owner: explainer.descriptor.id, option: "explainer", value: text,
        allowed: "options without a '+', which stands between those of an inner explainer")
    }
    self = inner
  }

  /// With `+` for commas.
  public var optionText: String { specification.replacing(",", with: "+") }

  /// What may be written.
  public static var allowedOptionText: String { "an explainer, with + between its options" }
}

extension InnerExplainer {
  /// A registry behind a reference, as a task-local value.
  private final class Resolving: Sendable {
    let registry: Registry
    init(_ registry: Registry) { self.registry = registry }
  }

  @TaskLocal private static var resolving: Resolving?

  /// Runs `body`, in which inner explainers are those of a registry.
  static func resolved<R>(by registry: Registry, _ body: () throws -> R) rethrows -> R {
    try $resolving.withValue(Resolving(registry), operation: body)
  }

  /// The explainer, made by the registry that makes the one around it.
  ///
  /// - Throws: `OptionError` outside of ``Registry/resolvingExplainers(_:)``, where no registry says what the text means; what
  ///   the registry throws.
  public func explainer() throws -> any Explainer {
    guard let registry = Self.resolving?.registry else {
      throw OptionError.outOfRange(
        option: "explainer", value: optionText,
        allowed:
          "only a registry knows what it means: make it by Registry.explainer, or of the explainer itself")
    }
    return try registry.explainer(specification)
  }
}

extension Registry {
  /// Runs `body`, in which explainers that are made around others find these by their texts, among this registry's.
  ///
  /// ``Registry/explainer(_:)`` does so itself.
  public func resolvingExplainers<R>(_ body: () throws -> R) rethrows -> R {
    try InnerExplainer.resolved(by: self, body)
  }
}
