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

  @Test("a metric that judges no direction is not asked for one")
  func noDirection() {
    #expect(MetricConformance(Upside.self, checksDirection: false).failures() == [])
  }
}

/// The probability that is left when the map masks the image.
protocol ToyMetric: Metric where Options == NoOptions {
  static var direction: MetricDescriptor.Direction { get }
  static var factor: Float { get }
  static var plan: @Sendable (FramePlan, Int) -> FramePlan { get }
}

extension ToyMetric {
  static var direction: MetricDescriptor.Direction { .higher }
  static var factor: Float { 1 }
  static var plan: @Sendable (FramePlan, Int) -> FramePlan { { plan, _ in plan } }
  static var descriptor: MetricDescriptor {
    MetricDescriptor(
      id: "toy", title: "Toy", summary: "What is left", direction: direction, unit: "1", range: 0...1,
      citation: Citation(authors: "A", title: "T", venue: "V", year: 2020, identifier: "I"))
  }
  var options: NoOptions { NoOptions() }
  func frames(for subject: MetricSubject) -> FramePlan { Self.plan(.masked(subject), subject.pixels.count) }
  func measure(_ answers: [FrameAnswer], for subject: MetricSubject) -> MetricValue? {
    MetricValue(Double(Self.factor * (answers.first?.probability ?? 0)))
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
  static let plan: @Sendable (FramePlan, Int) -> FramePlan = { _, count in
    FramePlan(count: 1) { _ in Frame(.picture { $0.update(repeating: 0, count: count / 2) }) }
  }
  init(options: NoOptions) {}
}

/// Writes one element too many, into memory that the kit has put there to see it.
struct LongFrame: ToyMetric {
  static let plan: @Sendable (FramePlan, Int) -> FramePlan = { plan, count in
    FramePlan(count: 1) { index in
      Frame(
        .picture { destination in
          if case .picture(let write) = plan[index].content { write(destination) }
          destination[count] = 0
        })
    }
  }
  init(options: NoOptions) {}
}
