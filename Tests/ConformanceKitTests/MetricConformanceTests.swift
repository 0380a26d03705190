import Testing
import XAICore
import XAITensor
import XAITesting

@Suite struct MetricConformanceTests {
  private func checks<M: Metric>(_ type: M.Type) -> Set<ConformanceFailure.Check> {
    Set(MetricConformance(type).failures().map(\.check))
  }

  @Test func right() { #expect(MetricConformance(RightMetric.self).failures() == []) }
  @Test func direction() { #expect(checks(Upside.self) == [.direction]) }
  @Test func range() { #expect(checks(OutOfRange.self) == [.range]) }
  @Test func frames() {
    #expect(checks(HalfFrame.self).contains(.frames))
    #expect(checks(LongFrame.self) == [.frames])
  }

  @Test("requests that the metric does not announce are found")
  func requests() {
    #expect(MetricConformance(Stability.self).failures() == [])
    #expect(checks(Undeclared.self) == [.needs])
    #expect(checks(Unannounced.self).contains(.frames))
  }

  @Test("a metric that judges no direction is not asked for one")
  func noDirection() {
    #expect(MetricConformance(Upside.self, checksDirection: false).failures() == [])
  }
}

/// The probability that is left when the map masks the image.
protocol ToyMetric: Metric where Options == NoOptions {
  static var direction: MetricDescriptor.Direction { get }
  static var factor: Float { get }
  static var frames: @Sendable (FramePlan, Int) -> FramePlan { get }
}

extension ToyMetric {
  static var direction: MetricDescriptor.Direction { .higher }
  static var factor: Float { 1 }
  static var frames: @Sendable (FramePlan, Int) -> FramePlan { { plan, _ in plan } }
  static var descriptor: MetricDescriptor {
    MetricDescriptor(
      id: "toy", title: "Toy", summary: "What is left", direction: direction, unit: "1", range: 0...1,
      citation: Citation(authors: "A", title: "T", venue: "V", year: 2020, identifier: "I"))
  }
  var options: NoOptions { NoOptions() }
  func plan(for subject: MetricSubject) -> MetricPlan {
    .ask(logits: Self.frames(.masked(subject), subject.pixels.count)) { answers in
      .value(MetricValue(Double(Self.factor * answers.logits[0].probability)))
    }
  }
}

struct RightMetric: ToyMetric {
  init(options: NoOptions) {}
}

struct Upside: ToyMetric {
  static let direction = MetricDescriptor.Direction.lower
  init(options: NoOptions) {}
}

struct OutOfRange: ToyMetric {
  static let factor: Float = 100
  init(options: NoOptions) {}
}

struct HalfFrame: ToyMetric {
  static let frames: @Sendable (FramePlan, Int) -> FramePlan = { _, count in
    FramePlan(count: 1) { _ in Frame(.made { Tensor(repeating: 0, [count / 2 + 1]) }) }
  }
  init(options: NoOptions) {}
}

/// Makes one element too many.
struct LongFrame: ToyMetric {
  static let frames: @Sendable (FramePlan, Int) -> FramePlan = { _, count in
    FramePlan(count: 1) { _ in Frame(.made { Tensor(repeating: 0, [count + 1]) }) }
  }
  init(options: NoOptions) {}
}

/// How far the map moves when the image gets darker.
struct Stability: ToyMetric {
  static let direction = MetricDescriptor.Direction.lower
  init(options: NoOptions) {}

  func plan(for subject: MetricSubject) -> MetricPlan {
    let frame = Frame(
      .image(FrameImage(.operand(0) / 2) { [subject.image.input] }), identity: .ofImage("darker"))
    return .ask(maps: [MapRequest(frame)]) { answers in
      let differences = zip(answers.maps[0], subject.scores).map { abs($0 - $1) }
      return .value(MetricValue(Double(differences.reduce(0, +)) / Double(differences.count)))
    }
  }
}

/// Asks for maps of random weights, and doesn't say so.
struct Undeclared: ToyMetric {
  static let direction = MetricDescriptor.Direction.neither
  init(options: NoOptions) {}

  func plan(for subject: MetricSubject) -> MetricPlan {
    .ask(maps: [MapRequest(model: .randomised(stage: 0))]) { _ in .value(MetricValue(0.5)) }
  }
}

/// Asks in a second round, and doesn't say so.
struct Unannounced: ToyMetric {
  static let direction = MetricDescriptor.Direction.neither
  init(options: NoOptions) {}

  func plan(for subject: MetricSubject) -> MetricPlan {
    .ask(logits: .masked(subject)) { _ in
      .ask(logits: .masked(subject)) { _ in .value(MetricValue(0.5)) }
    }
  }
}
