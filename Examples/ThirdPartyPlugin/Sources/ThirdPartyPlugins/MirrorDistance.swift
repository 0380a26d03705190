import XAI

/// How far the map of the mirrored image is from the mirrored map.
///
/// ‖φ(x′)′ − φ(x)‖₂ with ′ for left and right exchanged, and φ the map at norm 1, so that methods of any scale compare; a map
/// without anything stays so. A model that doesn't mind which way an image faces should be explained the same both ways.
public struct MirrorDistance: Metric {
  public static let descriptor = MetricDescriptor(
    id: "mirror-distance", title: "Mirror Distance",
    summary: "How far the map of the mirrored image is from the mirrored map",
    direction: .lower, unit: "", range: 0...2,
    citation: Citation(
      authors: "ThirdPartyPlugin", title: "Mirror Distance", venue: "unpublished", year: 2026,
      identifier: "Examples/ThirdPartyPlugin"))

  public let options: NoOptions

  public init(options: NoOptions = NoOptions()) {
    self.options = options
  }

  /// Asks for the map of the mirrored image, which is the same for every explainer and class.
  public func plan(for subject: MetricSubject) -> MetricPlan {
    let mirrored = Frame(
      .made {
        Tensor(
          subject.pixels.shape, Self.mirrored(subject.image.input.elements, columns: subject.width))
      }, identity: .ofImage("mirrored"))
    return .ask(maps: [MapRequest(mirrored)]) { answers in
      let other = Self.unit(Self.mirrored(answers.maps[0], columns: subject.grid.columns))
      let squares = zip(other, Self.unit(subject.scores)).map { ($0 - $1) * ($0 - $1) }
      // Rounding may lead out of the range.
      return .value(MetricValue(min(squares.reduce(0, +).squareRoot(), 2)))
    }
  }

  private static func mirrored(_ values: [Float], columns: Int) -> [Float] {
    values.indices.map { values[$0 / columns * columns + columns - 1 - $0 % columns] }
  }

  private static func unit(_ map: [Float]) -> [Double] {
    let norm = map.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    return map.map { norm > 0 ? Double($0) / norm : 0 }
  }
}
