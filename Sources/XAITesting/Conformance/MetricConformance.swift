public import XAICore
import XAIFoundation
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
  ///   - side: rows and columns of the pictures; more for a metric that counts in pixels.
  public init(
    _ type: Subject.Type, checksDirection: Bool = true, side: Int = 16
  ) {
    self.model = EvidenceModel(side: side)
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
    let direction = Subject.descriptor.direction
    guard checksDirection, direction != .neither else { return }
    guard let right = try metric.evaluate(perfect, using: model)?.number,
      let wrong = try metric.evaluate(reversed, using: model)?.number
    else {
      findings.expect(false, .direction, "a map of a picture with objects has no value")
      return
    }
    findings.expect(
      direction == .higher ? right > wrong : right < wrong, .direction,
      "the right map gets \(right) and the wrong one \(wrong), though \(direction.rawValue) is better")
  }

  private func checkValue(of metric: Subject, for subject: MetricSubject, _ findings: inout Findings) throws {
    let before = (pixels: subject.pixels.elements, map: subject.map)
    let descriptor = Subject.descriptor
    let value = try metric.evaluate(subject, using: model)
    let number = value?.number ?? descriptor.lowest
    findings.expect(
      (descriptor.lowest...descriptor.highest).contains(number), .range,
      "\(number) is not in \(descriptor.lowest)…\(descriptor.highest)")
    findings.expect(
      value == nil || (value?.curve == nil) == (descriptor.curveAxes == nil), .descriptor,
      "curves come with curve axes in the descriptor, and those with curves")
    findings.expect(
      try metric.evaluate(subject, using: model) == value, .determinism, "a second run gives another value")
    findings.expect(
      try metric.evaluate(subject, using: model, batchSize: 1).map {
        abs($0.number - number) <= 1e-4 * max(1, abs(number))
      } ?? (value == nil), .batch,
      "frames shown one by one give another value")
    findings.expect(
      subject.pixels.elements == before.pixels && subject.map == before.map, .mutation,
      "the subject has changed")
  }

  /// Every frame is written whole, finite, and nowhere else, and the same each time.
  private func checkFrames(of metric: Subject, for subject: MetricSubject, _ findings: inout Findings) throws
  {
    let plan = try metric.frames(for: subject)
    for index in Set([0, plan.count / 2, plan.count - 1]) where (0..<plan.count).contains(index) {
      switch plan[index].content {
      case .picture: checkPicture(plan, index, count: subject.pixels.count, &findings)
      case .patches(let kept):
        findings.expect(
          zip(kept, kept.dropFirst()).allSatisfy { $0 < $1 }
            && kept.allSatisfy((0..<subject.grid.count).contains), .frames,
          "frame \(index) keeps \(kept), which is not an ascending list of patches")
        findings.expect(
          metric.needs.contains(.patchRemoval), .frames,
          "it removes patches, and does not say that it needs to")
      }
    }
  }

  private func checkPicture(_ plan: FramePlan, _ index: Int, count: Int, _ findings: inout Findings) {
    // One element more than a frame has shows writes past its end.
    var frames = (0..<2).map { _ in [Float](repeating: .nan, count: count + 1) }
    for run in frames.indices {
      frames[run].withUnsafeMutableBufferPointer { frame in
        if case .picture(let write) = plan[index].content, let start = frame.baseAddress { write(start) }
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
