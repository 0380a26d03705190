public import XAICore

/// Class localisation: which side the map takes where objects of several classes are in the image.
///
/// a / (a + b) × 100 with a the mean of the map on objects of the class and b that on objects of the others; pixels of both
/// count for neither. 50 is chance, whatever the objects' sizes, and what a map without anything on them gets.
/// Source: the question is that of Böhle et al. 2021 (arXiv 2104.00032), who put images in a grid; here it is
/// asked of the objects of one image, by area.
public struct ClassLocalisation: Metric {
  public static let descriptor = MetricDescriptor(
    id: "class-localisation", title: "Class Localisation",
    summary: "How strong the map is on objects of the class, against objects of other classes beside them",
    direction: .higher, unit: "%", range: 0...100,
    citation: Citation(
      authors: "Böhle et al.",
      title: "Convolutional Dynamic Alignment Networks for Interpretable Classifications", venue: "CVPR",
      year: 2021, identifier: "arXiv:2104.00032"))

  public let options: SignOptions

  public init(options: SignOptions = SignOptions()) {
    self.options = options
  }

  /// The objects.
  public var needs: MetricNeeds { .objects }

  /// Asks for nothing: the map says it all.
  public func plan(for subject: MetricSubject) -> MetricPlan { .value(value(of: subject)) }

  /// The value of one image, in percent; nil where there are no two classes with pixels of their own, one being asked
  /// about.
  private func value(of subject: MetricSubject) -> MetricValue? {
    let map = subject.map(options.negative)
    guard let target = subject.targetPixels, let others = subject.otherPixels,
      let own = mean(of: map, where: { target[$0] && !others[$0] }),
      let foreign = mean(of: map, where: { others[$0] && !target[$0] })
    else { return nil }
    return MetricValue(own + foreign > 0 ? own / (own + foreign) * 100 : 50)
  }

  private func mean(of map: [Float], where isCounted: (Int) -> Bool) -> Double? {
    let counted = map.indices.filter(isCounted)
    guard !counted.isEmpty else { return nil }
    return counted.reduce(0) { $0 + Double(map[$1]) } / Double(counted.count)
  }
}
