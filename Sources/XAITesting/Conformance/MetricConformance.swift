public import XAICore
import XAITensor

/// What a metric has to do: see ``ConformanceFailure/Check`` for what is checked.
public struct MetricConformance<Subject: Metric>: Conformance {
  let model: EvidenceModel
  let checksDirection: Bool

  /// Tries a metric on a model whose evidence is known.
  ///
  /// - Parameters:
  ///   - type: the metric.
  ///   - checksDirection: false for a metric that does not say which of two maps is right.
  public init(
    _ type: Subject.Type, checksDirection: Bool = true
  ) {
    self.model = EvidenceModel()
    self.checksDirection = checksDirection
  }

  /// Runs every check and says what failed.
  public func failures() -> [ConformanceFailure] {
    let descriptor = Subject.descriptor
    var findings = Findings(of: descriptor.id)
    findings.checkDescriptor(
      id: descriptor.id, title: descriptor.title, summary: descriptor.summary, citation: descriptor.citation)
    findings.expect(
      descriptor.lowest < descriptor.highest && descriptor.lowest.isFinite && descriptor.highest.isFinite,
      .descriptor,
      "its range is \(descriptor.lowest)…\(descriptor.highest)")
    findings.checkOptions(Subject.Options.self)
    for setting in Subject.Options.settings() {
      let text = setting.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
      findings.attempt(.results, "judging with '\(text)'") { findings in
        try check(Subject(options: Subject.Options(setting, of: descriptor.id)), &findings)
      }
    }
    return findings.failures
  }

  private func check(_ metric: Subject, _ findings: inout Findings) throws {
    let (perfect, reversed) = (try model.perfectSubject(), try model.reversedSubject())
    var random = SeededRandom(seed: 3)
    let others = [
      try model.subject { _, _ in 0 }, try model.subject { _, _ in 1 },
      try model.subject { _, _ in random.uniform() },
    ]
    for subject in [perfect, reversed] + others {
      try checkFrames(of: metric, for: subject, &findings)
      try checkValue(of: metric, for: subject, &findings)
    }
    guard checksDirection else { return }
    let values = (
      perfect: try metric.evaluate(perfect, using: model),
      reversed: try metric.evaluate(reversed, using: model)
    )
    let isBetter =
      Subject.descriptor.direction == .higher
      ? values.perfect > values.reversed : values.perfect < values.reversed
    findings.expect(
      isBetter, .direction,
      "the right map gets \(values.perfect) and the wrong one \(values.reversed), though \(Subject.descriptor.direction.rawValue) is better"
    )
  }

  private func checkValue(of metric: Subject, for subject: MetricSubject, _ findings: inout Findings) throws {
    let before = (pixels: subject.pixels.elements, map: subject.map)
    let value = try metric.evaluate(subject, using: model)
    findings.expect(
      (Subject.descriptor.lowest...Subject.descriptor.highest).contains(value), .range,
      "\(value) is not in \(Subject.descriptor.lowest)…\(Subject.descriptor.highest)")
    findings.expect(
      try metric.evaluate(subject, using: model) == value, .determinism, "a second run gives another value")
    findings.expect(
      abs(try metric.evaluate(subject, using: model, batchSize: 1) - value) <= 1e-4 * max(1, abs(value)),
      .batch,
      "frames shown one by one give another value")
    findings.expect(
      subject.pixels.elements == before.pixels && subject.map == before.map, .mutation,
      "the subject has changed")
  }

  /// Every frame is written whole, finite, and nowhere else, and the same each time.
  private func checkFrames(of metric: Subject, for subject: MetricSubject, _ findings: inout Findings) throws
  {
    let plan = try metric.frames(for: subject)
    findings.expect(plan.count > 0, .frames, "it needs no frame, so it judges nothing")
    let count = subject.pixels.count
    for index in Set([0, plan.count / 2, plan.count - 1]) where (0..<plan.count).contains(index) {
      // One element more than a frame has shows writes past its end.
      var frames = (0..<2).map { _ in [Float](repeating: .nan, count: count + 1) }
      for run in frames.indices {
        frames[run].withUnsafeMutableBufferPointer { frame in
          if let start = frame.baseAddress { plan.write(index, start) }
        }
      }
      findings.expect(
        frames[0].prefix(count).allSatisfy(\.isFinite), .frames,
        "frame \(index) has values that are missing or not finite")
      findings.expect(frames[0][count].isNaN, .frames, "frame \(index) is written past its end")
      findings.expect(
        frames[0].prefix(count).elementsEqual(frames[1].prefix(count)), .determinism,
        "frame \(index) is another one the second time")
    }
  }
}
