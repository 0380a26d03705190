/// What an explainer is, for lists, help, reports and checks.
public struct ExplainerDescriptor: Hashable, Sendable, Codable {
  /// Where an explainer takes its evidence from.
  public enum Family: String, Hashable, Sendable, Codable, CaseIterable {
    /// Attention maps or tokens alone, whatever the class.
    case attention
    /// Gradients, alone or with attention or activations.
    case gradient
    /// A backward pass with rules of its own.
    case relevance
    /// Forward passes over changed inputs.
    case perturbation
    /// Nothing of the model: maps that others are compared with.
    case baseline
    /// Another program.
    case external
  }

  /// What users write, kebab-case.
  public let id: String
  /// What people call it.
  public let title: String
  /// One sentence that says what it does.
  public let summary: String
  /// Where its evidence comes from.
  public let family: Family
  /// What it needs of a model.
  public let needs: Capabilities
  /// Whether its map depends on the class that is asked about.
  public let isClassSpecific: Bool
  /// What the scores of its map mean with the default options.
  public let scores: ScoreMeaning
  /// Forward passes for one map: `1` for that of the image alone, `0` for none, or a formula in the options, for people.
  ///
  /// With `1` the conformance kit expects that scores follow patches that change places in a model without positions.
  public let forwardPasses: String
  /// Backward passes for one map, for people.
  public let backwardPasses: String
  /// Where it was published.
  public let citation: Citation

  /// Describes an explainer.
  public init(
    id: String, title: String, summary: String, family: Family, needs: Capabilities, isClassSpecific: Bool,
    scores: ScoreMeaning, forwardPasses: String = "1", backwardPasses: String, citation: Citation
  ) {
    self.id = id
    self.title = title
    self.summary = summary
    self.family = family
    self.needs = needs
    self.isClassSpecific = isClassSpecific
    self.scores = scores
    self.forwardPasses = forwardPasses
    self.backwardPasses = backwardPasses
    self.citation = citation
  }
}

extension ExplainerDescriptor {
  private enum CodingKeys: String, CodingKey {
    case id, title, summary, family, needs, isClassSpecific, scores, forwardPasses
    /// As stored results call them.
    case backwardPasses = "reversePasses"
    case citation
  }

  /// Reads a descriptor; results that were stored before scores had a meaning don't say it, and count as magnitudes.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      id: try values.decode(String.self, forKey: .id), title: try values.decode(String.self, forKey: .title),
      summary: try values.decode(String.self, forKey: .summary),
      family: try values.decode(Family.self, forKey: .family),
      needs: try values.decode(Capabilities.self, forKey: .needs),
      isClassSpecific: try values.decode(Bool.self, forKey: .isClassSpecific),
      scores: try values.decodeIfPresent(ScoreMeaning.self, forKey: .scores) ?? .magnitude,
      forwardPasses: try values.decode(String.self, forKey: .forwardPasses),
      backwardPasses: try values.decode(String.self, forKey: .backwardPasses),
      citation: try values.decode(Citation.self, forKey: .citation))
  }
}

/// Where a method was published.
public struct Citation: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Authors as they are cited: `Abnar & Zuidema`.
  public let authors: String
  /// The title of the paper.
  public let title: String
  /// Where it appeared.
  public let venue: String
  /// When.
  public let year: Int
  /// A DOI or arXiv number that finds it.
  public let identifier: String

  /// Names a publication.
  public init(authors: String, title: String, venue: String, year: Int, identifier: String) {
    self.authors = authors
    self.title = title
    self.venue = venue
    self.year = year
    self.identifier = identifier
  }

  /// The publication in one line.
  public var description: String { "\(authors), “\(title)”, \(venue) \(year), \(identifier)" }
}

extension Capabilities: Codable {
  /// Reads a list of capability names.
  public init(from decoder: any Decoder) throws {
    let names = try decoder.singleValueContainer().decode([String].self)
    self = Capabilities(Self.named.filter { names.contains($0.name) }.map(\.capability))
  }

  /// Writes the list of capability names.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(names)
  }
}

/// What the scores of a map mean.
public enum ScoreMeaning: String, Hashable, Sendable, Codable, CaseIterable {
  /// Scores have a sign: what is above 0 speaks for what was asked about, and what is below 0 against it.
  case signed
  /// Scores are never negative, and tell more from less: 0 is the least that there can be.
  case magnitude
  /// Scores tell more from less and nothing else: their 0 is an accident of the formula, whatever sign they have.
  case relative
}

extension ScoreMeaning {
  /// Whether 0 parts what speaks for what was asked about from what speaks against it.
  ///
  /// Other scores are drawn, and made a mask or a mass, from their minimum to their maximum.
  public var isSigned: Bool { self == .signed }

  /// What people call such scores.
  public var text: String {
    switch self {
    case .signed: "signed scores"
    case .magnitude: "magnitudes"
    case .relative: "relative scores"
    }
  }
}
