extension PerturbationOptions {
  /// How much longer the class stays when the least relevant goes first than when the most relevant does.
  ///
  /// The area under the curve of ``PerturbationPath/removingLeastRelevant`` minus that of
  /// ``PerturbationPath/removingMostRelevant``, with the difference at each point: in percent, except for logits.
  package func gain(for subject: MetricSubject) -> MetricPlan {
    let curves = [PerturbationPath.removingLeastRelevant, .removingMostRelevant].map {
      PerturbationCurve(self, $0, subject).plan
    }
    return .both(curves[0], curves[1]) { least, most in
      guard let least, let most, let kept = least.curve, let lost = most.curve else { return nil }
      return MetricValue(
        least.number - most.number,
        curve: MetricValue.Curve(x: kept.x, y: zip(kept.y, lost.y).map { $0 - $1 }))
    }
  }
}
