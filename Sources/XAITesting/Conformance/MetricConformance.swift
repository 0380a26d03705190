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
  ///   - side: rows and columns of the images; more for a metric that counts in pixels.
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
      guard try checkFrames(of: metric, for: subject, &findings) else { return }
      try checkValue(of: metric, for: subject, &findings)
    }
    let direction = Subject.descriptor.direction
    guard checksDirection, direction != .neither else { return }
    guard let right = try model.value(metric, of: perfect)?.number,
      let wrong = try model.value(metric, of: reversed)?.number
    else {
      findings.expect(false, .direction, "a map of an image with objects has no value")
      return
    }
    findings.expect(
      direction == .higher ? right > wrong : right < wrong, .direction,
      "the right map gets \(right) and the wrong one \(wrong), though \(direction.rawValue) is better")
  }

  private func checkValue(of metric: Subject, for subject: MetricSubject, _ findings: inout Findings) throws {
    let before = (pixels: subject.pixels.elements, map: subject.map)
    let descriptor = Subject.descriptor
    let value = try model.value(metric, of: subject)
    let number = value?.number ?? descriptor.lowest
    findings.expect(
      (descriptor.lowest...descriptor.highest).contains(number), .range,
      "\(number) is not in \(descriptor.lowest)…\(descriptor.highest)")
    findings.expect(
      value == nil || (value?.curve == nil) == (descriptor.curveAxes == nil), .descriptor,
      "curves come with curve axes in the descriptor, and those with curves")
    findings.expect(
      try model.value(metric, of: subject) == value, .determinism, "a second run gives another value")
    findings.expect(
      try model.value(metric, of: subject, batchSize: 1).map {
        abs($0.number - number) <= 1e-4 * max(1, abs(number))
      } ?? (value == nil), .batch,
      "frames shown one by one give another value")
    findings.expect(
      subject.pixels.elements == before.pixels && subject.map == before.map, .mutation,
      "the subject has changed")
  }

  /// Every frame is whole, finite, and the same each time; and what is asked is announced.
  ///
  /// - Returns: whether frames have the size of the input, without which nothing can be shown to a model.
  private func checkFrames(
    of metric: Subject, for subject: MetricSubject, _ findings: inout Findings
  ) throws -> Bool {
    var plan = try metric.plan(for: subject)
    let limit = plan.limit
    var count = 0
    while case .ask(let logits, let maps, _, let then) = plan {
      guard checkFrames(logits, of: metric, for: subject, &findings),
        check(maps, of: metric, for: subject, &findings)
      else { return false }
      count += logits.count + maps.count
      guard count <= limit, logits.count + maps.count > 0 else {
        findings.expect(
          false, .frames,
          "it says that it asks for \(limit) logits and maps at most, and asks for \(count) in rounds of at least one"
        )
        return true
      }
      plan = try then(model.answers(to: logits, maps, for: subject))
    }
    return true
  }

  private func check(
    _ maps: [MapRequest], of metric: Subject, for subject: MetricSubject, _ findings: inout Findings
  ) -> Bool {
    for request in maps {
      findings.expect(
        request.model == .same || metric.needs.contains(.randomisedModels), .needs,
        "it asks for maps of random weights, and does not say that it needs a model that can have them")
      findings.expect(
        request.classIndex ?? subject.classIndex == subject.classIndex || metric.needs.contains(.runnerUp),
        .needs, "it asks for the map of another class, and does not say that it needs a model with one")
    }
    return checkFrames(FramePlan(maps.map(\.frame)), of: metric, for: subject, &findings)
  }

  private func checkFrames(
    _ plan: FramePlan, of metric: Subject, for subject: MetricSubject, _ findings: inout Findings
  ) -> Bool {
    var areWhole = true
    for index in Set([0, plan.count / 2, plan.count - 1]) where (0..<plan.count).contains(index) {
      switch plan[index].content {
      case .whole: break
      case .image(let image):
        areWhole = checkImage(image, index, subject.pixels.shape, &findings) && areWhole
      case .patches(let kept):
        findings.expect(
          zip(kept, kept.dropFirst()).allSatisfy { $0 < $1 }
            && kept.allSatisfy((0..<subject.grid.count).contains), .frames,
          "frame \(index) keeps \(kept), which is not an ascending list of patches")
        findings.expect(
          metric.needs.contains(.patchRemoval), .frames,
          "it removes patches, and does not say that it needs to")
      case .heads:
        findings.expect(
          metric.needs.contains(.headRemoval), .frames,
          "it removes heads, and does not say that it needs to")
      }
    }
    return areWhole
  }

  private func checkImage(
    _ image: FrameImage, _ index: Int, _ shape: TensorShape, _ findings: inout Findings
  ) -> Bool {
    if let misfit = image.misfit(shape.count) {
      findings.expect(
        false, .frames,
        "frame \(index) is of \(misfit), which doesn't make up \(shape.count) values, however often it is repeated"
      )
      return false
    }
    let frames = (0..<2).map { _ in image.tensor(shape).elements }
    findings.expect(
      frames[0].allSatisfy(\.isFinite), .frames, "frame \(index) has values that are not finite")
    findings.expect(frames[0] == frames[1], .determinism, "frame \(index) is another one the second time")
    return true
  }
}
