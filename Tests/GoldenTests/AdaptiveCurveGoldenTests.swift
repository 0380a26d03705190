import Foundation
import Testing
import XAI
import XAITesting

/// Adaptive curves against the full ones of ViT-Ti/16 on photographs (Fixtures/curves): how far values are off, and how many
/// forwards they take.
@Suite struct AdaptiveCurveGoldenTests {
  /// What became of the curves under a protocol.
  struct Outcome {
    /// How far each value is off, in points, ascending.
    var errors: [Double] = []
    var shown = 0
    var full = 0

    /// The share of values that are off by no more than a limit.
    func share(within limit: Double) -> Double { Double(errors.count { $0 <= limit }) / Double(errors.count) }
  }

  /// The full curves of a metric, in [0, 1], a point for every so many rows of pixels.
  private static func curves(_ metric: String, every step: Int) throws -> [[Float]] {
    let file = try SafetensorsFile(
      path: GoldenCase.fixtures.appendingPathComponent("curves/curves.safetensors").path)
    return try file.tensors.map(\.name).filter { $0.hasPrefix("\(metric)|") }.flatMap { name -> [[Float]] in
      let curves = try file.tensor(name)
      return (0..<curves.shape[0]).map { row in
        stride(from: 0, to: curves.shape[1], by: step).map { curves[row].elements[$0] / 100 }
      }
    }
  }

  private struct NoValue: Error {}

  /// Noise of one column, whose frames are known by how many of its pixels are in them.
  private static func subject(_ probability: Float) throws -> MetricSubject {
    var random = SeededRandom(seed: 5)
    return try MetricSubject(
      pixels: Tensor([3, 224, 1], (0..<3 * 224).map { _ in random.uniform() }),
      preprocessing: Preprocessing(resize: .none), map: [Float](repeating: 0, count: 224), classIndex: 0,
      probability: probability)
  }

  private static func outcome(_ preset: String, adaptive: Double) throws -> Outcome {
    var outcome = Outcome()
    for id in ["insertion", "deletion"] {
      let registry = try Registry.builtIn()
      let full = try registry.metric("\(id):preset=\(preset)")
      let metric = try registry.metric("\(id):preset=\(preset),adaptive=\(adaptive)")
      for curve in try curves(id, every: preset == "rise" ? 1 : 8) {
        // The whole image is the last point of insertion and the first of deletion, and known.
        let whole = id == "insertion" ? curve[curve.count - 1] : curve[0]
        func number(_ metric: any Metric) throws -> (Double, count: Int) {
          let (subject, pixels) = (try Self.subject(whole), 3 * 224)
          var (plan, count) = (try metric.plan(for: subject), 0)
          while case .ask(let frames, _, _, let then) = plan {
            count += frames.count
            plan = try then(
              MetricAnswers(
                logits: (0..<frames.count).map {
                  let changed = pixels - frames[$0].unchangedCount(of: subject)
                  let steps = (id == "insertion" ? pixels - changed : changed) * (curve.count - 1) / pixels
                  return FrameAnswer(probability: curve[steps], isPredicted: false)
                }))
          }
          guard case .value(let value?) = plan else { throw NoValue() }
          return (value.number, count)
        }
        let (expected, given) = (try number(full), try number(metric))
        #expect(expected.count == curve.count - 1)
        outcome.errors.append(abs(expected.0 - given.0))
        outcome.shown += given.count
        outcome.full += expected.count
      }
    }
    outcome.errors.sort()
    return outcome
  }

  @Test("95 of 100 values are within the tolerance of the full curve's")
  func tolerance() throws {
    for tolerance in [0.1, 0.2, 0.5] {
      let outcome = try Self.outcome("rise", adaptive: tolerance)
      #expect(outcome.share(within: tolerance) >= 0.95, "\(tolerance): \(outcome.share(within: tolerance))")
      #expect(outcome.errors[outcome.errors.count - 1] < 3 * tolerance)
    }
  }

  @Test("the preset takes a third of RISE's forwards at most")
  func forwards() throws {
    let outcome = try Self.outcome("rise", adaptive: 0.2)
    #expect(outcome.share(within: 0.2) >= 0.95)
    #expect(3 * outcome.shown <= outcome.full, "\(outcome.shown) of \(outcome.full)")
  }

  @Test("28 steps are few already: nearly the same answers take most of them")
  func coarse() throws {
    let outcome = try Self.outcome("rise-fast", adaptive: 0.2)
    #expect(outcome.share(within: 0.2) >= 0.9)
    #expect(4 * outcome.shown <= 3 * outcome.full, "\(outcome.shown) of \(outcome.full)")
  }
}
