public import XAICore

/// Average Precision: how well the map's order of the pixels puts those of the objects first.
///
/// Σ_k (R_k − R_{k−1})·P_k × 100 over the map's distinct values, highest first: precision and recall of the pixels that are
/// at least as high. Equal pixels come together, so that their order does not matter.
/// Source: Everingham et al. 2010 for the measure, without its interpolation; Chefer et al. 2021 (arXiv 2012.09838) for
/// maps.
public struct AveragePrecision: Metric {
  public static let descriptor = MetricDescriptor(
    id: "average-precision", title: "Average Precision",
    summary: "How well the map's order of the pixels puts those of the objects of the class first",
    direction: .higher, unit: "%", range: 0...100,
    citation: Citation(
      authors: "Everingham et al.", title: "The Pascal Visual Object Classes (VOC) Challenge", venue: "IJCV",
      year: 2010, identifier: "doi:10.1007/s11263-009-0275-4"))

  /// There are none.
  public let options: NoOptions

  public init(options: NoOptions = NoOptions()) {
    self.options = options
  }

  /// The objects.
  public var needs: MetricNeeds { .objects }

  /// Asks for nothing: the map says it all.
  public func plan(for subject: MetricSubject) -> MetricPlan { .value(value(of: subject)) }

  /// The value of one image, in percent; nil where the image has no object of the class.
  private func value(of subject: MetricSubject) -> MetricValue? {
    guard let pixels = subject.targetPixels else { return nil }
    let map = subject.map
    let order = map.indices.sorted { map[$0] > map[$1] }
    let total = Double(pixels.count { $0 })
    var (hits, gained, sum) = (0, 0, 0.0)
    for (rank, index) in order.enumerated() {
      if pixels[index] { gained += 1 }
      // Precision and recall are read where a value ends.
      guard rank + 1 == order.count || map[order[rank + 1]] != map[index] else { continue }
      hits += gained
      sum += Double(gained) / total * Double(hits) / Double(rank + 1)
      gained = 0
    }
    return MetricValue(min(sum, 1) * 100)
  }
}
