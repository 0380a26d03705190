import Synchronization
import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAIGreedyOracle

/// The greedy oracle against its definition: each step by itself.
@Suite("Greedy oracle formula") struct GreedyOracleTests {
  private func value(
    _ model: any Model, _ image: Tensor, shown: Set<Int>, _ options: GreedyOracleOptions, class index: Int
  ) throws -> Double {
    let input = image.reshaped(to: [1, 3, 12, 12])
    let logits: [Float]
    if options.fill == .tokens {
      logits = try model.intervenable().logits(input, under: .keepingPatches([shown.sorted()]))[0].elements
    } else {
      let fill = try #require(options.fill.substitute(isInsertion: options.direction == .insertion))
      let hidden = fill.input(hiding: image, preprocessing: model.descriptor.preprocessing).elements
      let grid = model.descriptor.layout.grid
      let pixels = image.elements.enumerated().map { place, value -> Float in
        let patch = place % 144 / 12 * grid.rows / 12 * grid.columns + place % 12 * grid.columns / 12
        return shown.contains(patch) ? value : hidden[place]
      }
      logits = try model.logits(Tensor([1, 3, 12, 12], pixels))[0].elements
    }
    return Double(options.score == .logit ? logits[index] : softmax(logits)[index])
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func formula(_ toy: ToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 37)
    let input = random.normal([2, 3, 12, 12])
    let count = model.descriptor.layout.grid.count
    for (direction, fill, step, score) in [
      (GreedyOracleOptions.Direction.insertion, Hiding.rise, 1, OutputScore.probability),
      (.deletion, .rise, 1, .logit), (.insertion, .tokens, 2, .logit), (.deletion, .tokens, 3, .probability),
    ] {
      var options = GreedyOracleOptions()
      (options.direction, options.fill, options.step, options.score) = (direction, fill, step, score)
      // One at a time, as here: where two patches are nearly equal, a batch may rank them otherwise.
      options.batch = 1
      let maps = try GreedyOracle(options: options).explain(input, targets: .classes([0, 3]), using: model)
      for (image, target, classIndex) in [(0, 1, 3), (1, 0, 0)] {
        var (taken, left) = ([Int](), Set(0..<count))
        while left.count > 1 {
          var values: [(Double, Int)] = []
          for patch in left.sorted() {
            let shown = direction == .insertion ? Set(taken + [patch]) : left.subtracting([patch])
            let value = try value(model, input[image], shown: shown, options, class: classIndex)
            values.append((direction == .insertion ? -value : value, patch))
          }
          let best = values.sorted { $0 < $1 }.prefix(step).map(\.1)
          taken += best
          left.subtract(best)
        }
        taken += left
        var ranks = [Float](repeating: 0, count: count)
        for (place, patch) in taken.enumerated() { ranks[patch] = Float(count - place) }
        #expect(maps[image][target].scores == ranks, "\(toy) '\(options.shortestText)'")
      }
    }
  }

  @Test("the first patch is the best one alone, and by its own measure nothing that takes one step is better")
  func first() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 41)
    let input = random.normal([1, 3, 12, 12])
    let options = GreedyOracleOptions()
    let map = try GreedyOracle(options: options).explain(input, targets: .classes([2]), using: model)[0][0]
    let best = try #require(map.scores.indices.max { map.scores[$0] < map.scores[$1] })
    let values = try map.scores.indices.map {
      try value(model, input[0], shown: [$0], options, class: 2)
    }
    #expect(values.allSatisfy { $0 <= values[best] + 1e-6 })
    #expect(Set(map.scores) == Set((1...map.scores.count).map(Float.init)))
  }

  @Test("blocks share a rank, candidates bound the passes, and as many are counted as are made")
  func cost() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let grid = model.descriptor.layout.grid
    var random = SeededRandom(seed: 43)
    let input = random.normal([1, 3, 12, 12])
    for (step, block, candidates) in [(1, 1, Int?.none), (2, 1, 4), (1, 2, nil), (5, 1, 3), (1, 100, nil)] {
      var options = GreedyOracleOptions()
      (options.step, options.block, options.candidates) = (step, block, candidates)
      let blocks = PatchBlocks(side: block, grid: grid)
      let counts = Guarded<[PassCount]>([])
      let explainer = GreedyOracle(options: options)
      let map = try PassProgress.watched(by: { count in
        counts.withLock { $0.append(count) }
        return true
      }) { try explainer.explain(input, targets: .classes([1]), using: model)[0][0] }
      let last = counts.withLock { $0.last }
      #expect(last?.done == last?.total, "\(options.shortestText)")
      #expect((last?.total ?? 0) == GreedyOrder(count: blocks.count, options).passes)
      #expect(Set(map.scores).count == blocks.count)
      if block == 2 { #expect(map.scores[0] == map.scores[1] && map.scores[0] == map.scores[grid.columns]) }
    }
    #expect(GreedyOrder(count: 196, GreedyOracleOptions()).passes == 4900)
    var options = GreedyOracleOptions()
    options.step = 1
    // Of the last patch there is no choice.
    #expect(GreedyOrder(count: 196, options).passes == 196 * 197 / 2 - 1)
    #expect(throws: CancellationError.self) {
      try PassProgress.watched(by: { $0.done < 5 }) { try GreedyOracle().explain(input, using: model) }
    }
  }

  @Test("candidates are drawn by the seed and nothing else")
  func seeds() throws {
    let model = ToyModel.registers.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 47)
    let input = random.normal([1, 3, 12, 12])
    func scores(_ seed: Int) throws -> [Float] {
      var options = GreedyOracleOptions()
      (options.candidates, options.seed) = (2, seed)
      return try GreedyOracle(options: options).explain(input, targets: .classes([1]), using: model)[0][0]
        .scores
    }
    #expect(try scores(1) == scores(1))
    #expect(try scores(1) != scores(2))
  }
}
