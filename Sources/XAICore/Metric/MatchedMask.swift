import XAIFoundation
import XAITensor

extension MetricSubject {
  /// The map as a mask of a given mean, H × W in [0, 1], row by row: the order of its values alone counts.
  ///
  /// Of N pixels in ascending order, pixel i has N·c·[((i + 1)/N)^(1/c) − (i/N)^(1/c)] with c the coverage, which is
  /// (i + ½)/N for ½: a mask of ranks, bent so that the sum of all is N·c. Equal values share the mean of their places, so
  /// that the mask of a map that is the same everywhere is c everywhere.
  ///
  /// - Parameter coverage: the mean, above 0 and below 1.
  package func mask(ofMean coverage: Double) -> [Float] {
    let order = RelevanceOrder.indices(of: map, highestFirst: false)
    let count = Double(order.count)
    var mask = [Float](repeating: 0, count: map.count)
    var (start, mass) = (0, 0.0)
    while start < order.count {
      var end = start + 1
      while end < order.count, map[order[end]] == map[order[start]] { end += 1 }
      let massAfter = count * coverage * power(Double(end) / count, 1 / coverage)
      let value = Float(min((massAfter - mass) / Double(end - start), 1))
      for place in start..<end { mask[order[place]] = value }
      (start, mass) = (end, massAfter)
    }
    return mask
  }
}

extension FramePlan {
  /// One frame: the image with each pixel multiplied by its value in a mask whose mean is `coverage`.
  package static func masked(
    _ subject: MetricSubject, in space: MaskingSpace, coverage: Double
  ) -> FramePlan {
    let identity = Frame.Identity.ofMap("matched-\(coverage.optionText)-\(space.rawValue)")
    return FramePlan(count: 1) { _ in
      Frame(.made { subject.masked(by: subject.mask(ofMean: coverage), in: space) }, identity: identity)
    }
  }
}
