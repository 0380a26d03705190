public import XAICore
import XAIFoundation
import XAITensor

/// The options of the centre baseline.
public struct CentreMapOptions: PluginOptions {
  /// The standard deviation, as a share of the side.
  public var sigma = 0.25

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "sigma", \.sigma, "the standard deviation as a share of the image's side",
      allowed: "a number from 0.01 to 10", where: { (0.01...10).contains($0) })
  ]
}

/// The centre baseline: a Gaussian at the centre, for photographers put things there.
///
/// exp(−(dx² + dy²) / 2σ²) with dx and dy from the centre of the image to that of the patch, in shares of its width and height:
/// the same map for every image of a grid.
/// Source: Judd, Durand & Torralba 2012: the centre baseline of saliency, stretched to the image.
public struct CentreMap: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "centre", title: "Centre",
    summary: "Gives patches near the centre the higher scores, for others to be compared with",
    family: .baseline, needs: [], isClassSpecific: false, scores: .magnitude, forwardPasses: "0",
    backwardPasses: "0",
    citation: Citation(
      authors: "Judd, Durand & Torralba",
      title: "A Benchmark of Computational Models of Saliency to Predict Human Fixations",
      venue: "MIT Technical Report", year: 2012, identifier: "MIT-CSAIL-TR-2012-001"))

  public let options: CentreMapOptions

  public init(options: CentreMapOptions = CentreMapOptions()) {
    self.options = options
  }

  /// Needs nothing.
  public func recording(for model: ModelDescriptor) -> Recording { Recording() }

  /// Explains every image; all have the same map.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    try trace.check(targets)
    let (rows, columns) = (profile(trace.layout.grid.rows), profile(trace.layout.grid.columns))
    let scores = rows.flatMap { row in columns.map { Float(row * $0) } }
    return try targets.map { _, _, classIndex in
      try Attribution(scores: scores, of: trace, classIndex: classIndex, by: self)
    }
  }

  /// The Gaussian along one side, at the centres of its patches.
  private func profile(_ count: Int) -> [Double] {
    (0..<count).map { index in
      let distance = ((Double(index) + 0.5) / Double(count) - 0.5) / options.sigma
      return exponential(-distance * distance / 2)
    }
  }
}
