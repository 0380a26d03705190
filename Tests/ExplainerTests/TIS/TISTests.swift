import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAITIS

/// Transformer Input Sampling against its formula, with a k-means that is written plainly.
@Suite("Transformer Input Sampling formula") struct TISTests {
  /// Lloyd's steps from given centres, in double precision.
  private func means(_ points: [[Double]], from first: [[Double]], steps: Int) -> [[Double]] {
    var centres = first
    for _ in 0..<steps {
      let nearest = points.map { point in
        centres.indices.min { a, b in
          func distance(_ c: Int) -> Double {
            zip(point, centres[c]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
          }
          return distance(a) < distance(b)
        } ?? 0
      }
      let before = centres
      for cluster in centres.indices {
        let own = points.indices.filter { nearest[$0] == cluster }.map { points[$0] }
        guard !own.isEmpty else { continue }
        centres[cluster] = centres[cluster].indices.map { index in
          own.reduce(0) { $0 + $1[index] } / Double(own.count)
        }
      }
      let moved = zip(before.joined(), centres.joined()).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      if moved <= 1e-4 { break }
    }
    return centres
  }

  private func drawn(_ count: Int, of points: [[Double]], seed: Int) -> [[Double]] {
    var random = SeededRandom(seed: UInt64(seed))
    var left = points
    return (0..<count).map { place in
      let index = random.index(below: points.count - place)
      // What was first of those that are left takes the place of what is drawn.
      let chosen = left[index]
      left[index] = left[0]
      left.removeFirst()
      return chosen
    }
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func formula(_ toy: ToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 31)
    let input = random.normal([2, 3, 12, 12])
    let layers = model.descriptor.layers.indices.filter { $0 != model.descriptor.layout.poolingLayer }
    for (masks, keep, steps, score) in [
      (7, 0.5, 100, OutputScore.probability), (1024, 0.3, 3, .logit), (5, 1.0, 0, .probability),
    ] {
      var options = TISOptions()
      (options.masks, options.keep, options.iterations, options.score) = (masks, keep, steps, score)
      (options.seed, options.batch) = (6, 4)
      let maps = try TIS(options: options).explain(input, targets: .classes([0, 3]), using: model)
      let points = layers.map { ActivationPoint(layer: $0, place: .output) }
      for (image, target, classIndex) in [(0, 1, 3), (1, 0, 0)] {
        let own = input[image..<image + 1]
        let trace = try model.forward(input, recording: Recording(activations: Set(points)))
        let (grid, patches) = (trace.layout.grid, trace.layout.patches)
        let channels = try points.flatMap { point in
          let tokens = Matrix(try trace.activation(at: point)[image])
          return (0..<tokens.columns).map { c in patches.map { Double(tokens[$0, c]) } }
        }
        let count = min(masks, channels.count)
        let centres = means(channels, from: drawn(count, of: channels, seed: 6), steps: steps)
        let shown = max(1, Int(keep * Double(grid.count)))
        var (sums, counts) = (
          [Double](repeating: 0, count: grid.count), [Double](repeating: 0, count: grid.count)
        )
        for centre in centres {
          let order = centre.indices.sorted { (-centre[$0], $0) < (-centre[$1], $1) }
          let kept = order.prefix(shown).sorted()
          let logits = try model.intervenable().logits(own, under: .keepingPatches([kept]))[0].elements
          let value = Double(score == .logit ? logits[classIndex] : softmax(logits)[classIndex])
          for patch in kept {
            sums[patch] += value
            counts[patch] += 1
          }
        }
        expectClose(
          maps[image][target].scores, zip(sums, counts).map { Float($1 > 0 ? $0 / $1 : 0) }, within: 1e-5,
          "\(toy) '\(options.shortestText)'")
      }
    }
  }

  @Test("k-means: centres are the means of their points at rest, and a step never raises the sum of squares")
  func rest() {
    var random = SeededRandom(seed: 8)
    let points = (0..<120 * 11).map { _ in random.normal() }
    var means = KMeans(points, width: 11, clusters: 9, seed: 3)
    func squares(_ means: KMeans) -> Double {
      means.nearest().enumerated().reduce(0) { sum, pair in
        sum
          + (0..<11).reduce(0) { part, index in
            let d = Double(points[pair.offset * 11 + index] - means.centres[pair.element * 11 + index])
            return part + d * d
          }
      }
    }
    var (before, steps) = (squares(means), 0)
    while means.improve() {
      let after = squares(means)
      #expect(after <= before + 1e-3)
      (before, steps) = (after, steps + 1)
    }
    #expect(steps > 2)
    let nearest = means.nearest()
    for cluster in 0..<9 {
      let own = nearest.indices.filter { nearest[$0] == cluster }
      for index in 0..<11 {
        let mean = own.reduce(0) { $0 + Double(points[$1 * 11 + index]) } / Double(own.count)
        #expect(abs(mean - Double(means.centres[cluster * 11 + index])) < 0.01)
      }
    }
  }

  @Test("clusters are no more than points; equal numbers count by their place; an empty cluster stays")
  func edges() {
    let few = KMeans([1, 2, 3, 4], width: 2, clusters: 10, seed: 0)
    #expect(few.clusters == 2)
    #expect(KMeans([5, 7, 5, 7], width: 4, clusters: 1, seed: 0).largest(3, of: 0) == [0, 1, 3])
    var same = KMeans([1, 1, 1, 1, 1, 1], width: 2, clusters: 3, seed: 0)
    #expect(same.nearest() == [0, 0, 0])
    #expect(!same.improve() && same.centres == [1, 1, 1, 1, 1, 1])
  }

  @Test("layers with tokens of their own are refused by the reason")
  func stages() throws {
    let model = try #require(HierarchicalToyModel.all.first).make(on: AvailableKernels.preferred.make())
    expectError("channels of all layers") { try TIS().check(fits: model.descriptor) }
  }
}
