import Foundation
import Testing
import XAI
import XAITesting

@testable import XAIEvaluation

/// Metrics that draw numbers, remove heads or ask for two curves, in an evaluation of several explainers, against images
/// alone.
@Suite struct SampledMetricTests {
  private func evaluation(seed: Int = 3) throws -> Evaluation {
    let registry = try Registry.builtIn()
    return try Fixture.evaluation(
      target: .selection(.top(2), text: "top:2"),
      explainers: ["gmar", "grad-cam", "input-x-gradient"],
      metrics: [
        "max-sensitivity:samples=3,radius=0.1", "infidelity:samples=6", "max-sensitivity:samples=2",
        "infidelity:samples=6,normalise=false", "mufidelity:samples=8", "saco:groups=4", "completeness",
        "head-ablation", "srg:preset=logit", "srg:preset=rise,adaptive=0.1", "road:steps=3",
        "matched-average-drop", "relevance-rank",
      ].map { try registry.metric($0) }
    ) { $0.seed = seed }
  }

  @Test("every number is the one of an image alone")
  func naiveLoop() throws {
    let evaluation = try evaluation()
    for image in try Fixture.results(evaluation).images {
      let naive = try NaiveImage(image.position, of: evaluation)
      for (place, subject) in image.subjects.enumerated() {
        for (explainer, map) in subject.maps.enumerated() {
          let expected = try naive.map(place: place, explainer: explainer).values
          for (value, (other, metric)) in zip(map.values, zip(expected, evaluation.metrics)) {
            guard let value, let other else {
              #expect(value == nil && other == nil)
              continue
            }
            #expect(
              abs(value.number - other.number) <= 1e-3 * max(1, abs(other.number)),
              "\(metric.specification): \(value.number), \(other.number)")
          }
        }
      }
    }
  }

  @Test("explainers without head weights have no head ablation, and maps without signs no completeness")
  func absent() throws {
    let evaluation = try evaluation()
    let places = ["head-ablation", "completeness"].map { id in
      evaluation.metrics.firstIndex { $0.descriptor.id == id }
    }
    for subject in try Fixture.results(evaluation).images.flatMap(\.subjects) {
      let values = try places.map { place in
        let place = try #require(place)
        return subject.maps.map { $0.values[place] != nil }
      }
      #expect(values == [[true, false, false], [false, false, true]])
    }
  }

  @Test("max-sensitivity and infidelity are their formulas, written for one image without batches")
  func formulas() throws {
    let evaluation = try evaluation()
    let images = try Fixture.results(evaluation).images
    #expect(images.count == 11)
    for image in images {
      #expect(image.failure == nil)
      let naive = try NaiveFaithfulness(image, of: evaluation, seed: 3)
      for subject in image.subjects {
        for (map, explainer) in zip(subject.maps, evaluation.explainers) {
          let expected = [
            try naive.maxSensitivity(of: subject.classIndex, by: explainer, samples: 3, radius: 0.1),
            try naive.infidelity(of: subject.classIndex, map: map.scores, samples: 6, share: 0.25),
            try naive.maxSensitivity(of: subject.classIndex, by: explainer, samples: 2, radius: 0.02),
            try naive.infidelity(
              of: subject.classIndex, map: map.scores, samples: 6, share: 0.25, isNormalised: false),
          ]
          for (value, number) in zip(map.values, expected) {
            let found = try #require(value).number
            #expect(
              abs(found - number) < 2e-3 * max(1, number), "\(explainer.specification): \(found), \(number)")
          }
        }
      }
    }
  }

  @Test("another seed draws other numbers and is another experiment; the same one comes to the same bits")
  func seeds() throws {
    let (one, two) = (try Fixture.results(evaluation()), try Fixture.results(evaluation(seed: 4)))
    #expect(try Fixture.results(evaluation()).contentHash == one.contentHash)
    #expect(one.experiment.settings["seed"] == "3" && two.experiment.settings["seed"] == "4")
    let values = [one, two].map { $0.images[0].subjects[0].maps[0].values.map { $0?.number } }
    #expect(values[0] != values[1])
  }
}

/// The formulas, written for one image without batches.
private struct NaiveFaithfulness {
  let model: any Model
  let input: [Float]
  let shape: TensorShape
  let seed: UInt64

  init(_ image: ImageResult, of evaluation: Evaluation, seed: Int) throws {
    let split = evaluation.data.split
    let index = try #require((0..<split.count).first { split.identifier($0) == image.identifier })
    let preprocessing = evaluation.model.descriptor.preprocessing
    let pixels = try preprocessing.unitPixels(from: [split.sample(index).image])
    self.model = evaluation.model
    self.shape = pixels.shape
    self.input = preprocessing.normalised(pixels).elements
    // FNV-1a of the experiment's seed and the image's name.
    self.seed = "\(seed)\n\(image.identifier)".utf8.reduce(0xCBF2_9CE4_8422_2325) {
      ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
    }
  }

  private func map(_ input: [Float], _ classIndex: Int, _ explainer: any Explainer) throws -> [Double] {
    let scores = try explainer.explain(Tensor(shape, input), targets: .classes([classIndex]), using: model)[
      0][0]
      .scores
    return scores.map(Double.init)
  }

  func maxSensitivity(
    of classIndex: Int, by explainer: any Explainer, samples: Int, radius: Float
  ) throws -> Double {
    let whole = try map(input, classIndex, explainer)
    var largest = 0.0
    for sample in 0..<samples {
      var random = SeededRandom(seed: seed, UInt64(sample))
      let other = try map(input.map { $0 + radius * (2 * random.uniform() - 1) }, classIndex, explainer)
      var sum = 0.0
      for patch in whole.indices { sum += (other[patch] - whole[patch]) * (other[patch] - whole[patch]) }
      largest = max(largest, sum.squareRoot())
    }
    let norm = whole.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return norm > 0 ? largest / norm : largest
  }

  func infidelity(
    of classIndex: Int, map: [Float], samples: Int, share: Double, isNormalised: Bool = true
  ) throws -> Double {
    let (height, width, side) = (shape[2], shape[3], Int(Double(map.count).squareRoot()))
    let whole = try model.logits(Tensor(shape, input)).elements[classIndex]
    var rows: [(sum: Double, loss: Double)] = []
    for sample in 0..<samples {
      var random = SeededRandom(seed: seed, UInt64(sample))
      var order = Array(0..<map.count)
      let count = Int((share * Double(map.count)).rounded())
      for place in 0..<count { order.swapAt(place, place + random.index(below: map.count - place)) }
      let hidden = Set(order.prefix(count))
      let changed = input.enumerated().map { index, value -> Float in
        let (row, column) = (index / width % height, index % width)
        return hidden.contains(row * side / height * side + column * side / width) ? 0 : value
      }
      let logit = try model.logits(Tensor(shape, changed)).elements[classIndex]
      rows.append((hidden.map { Double(map[$0]) }.reduce(0, +), Double(whole - logit)))
    }
    // The best scale by search: the error is a parabola in it.
    func error(_ scale: Double) -> Double { rows.map { pow(scale * $0.sum - $0.loss, 2) }.reduce(0, +) }
    guard isNormalised else { return error(1) / Double(samples) }
    let (at0, at1, at2) = (error(0), error(1), error(2))
    let curvature = (at0 - 2 * at1 + at2) / 2
    let best = curvature > 0 ? max(0, -(at1 - at0 - curvature) / (2 * curvature)) : 0
    return error(best) / error(0)
  }
}
