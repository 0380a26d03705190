import Testing
import XAI

@testable import XAIEvaluation

@Suite struct SampleTests {
  private func data(_ count: Int?, seed: Int = 0, of total: Int = 50) -> EvaluationData {
    var options = Scenes.Options()
    options.count = total
    let dataset = Scenes(options: options)
    return EvaluationData(dataset, split: dataset.split("all"), count: count, seed: seed)
  }

  @Test("images are drawn without replacement, the same ones for a seed")
  func drawn() {
    let drawn = data(20, seed: 4).indices
    #expect(drawn.count == 20 && Set(drawn).count == 20 && drawn.allSatisfy((0..<50).contains))
    #expect(drawn == data(20, seed: 4).indices)
    #expect(drawn != data(20, seed: 5).indices)
    // A larger sample begins with the smaller one.
    #expect(Array(data(30, seed: 4).indices.prefix(20)) == drawn)
    #expect(drawn != drawn.sorted())
  }

  @Test("all images come in order")
  func all() {
    for count in [nil, 50, 51] {
      #expect(data(count).indices == Array(0..<50))
      #expect(data(count).identity.sampleSeed == nil && data(count).identity.sampleCount == 50)
    }
    #expect(data(49).identity.sampleSeed == 0)
  }

  @Test("every place is as likely to be drawn")
  func isUniform() {
    var counts = [Int](repeating: 0, count: 10)
    for seed in 0..<2000 { for index in data(3, seed: seed, of: 10).indices { counts[index] += 1 } }
    // 600 expected, with a standard deviation of about 20.
    #expect(counts.allSatisfy { abs($0 - 600) < 100 }, "\(counts)")
  }

  @Test("the identity does not depend on where the images lie")
  func identity() throws {
    #expect(data(3).identity.hash == data(7).identity.hash)
    #expect(data(3, of: 50).identity.hash != data(3, of: 51).identity.hash)
    #expect(data(3, of: 50).identity.name == "scenes:count=50")
  }

  @Test("shards take whole groups, each once", arguments: [1, 2, 3, 7])
  func groups(count: Int) throws {
    let all = try (1...count).flatMap { try #require(Shard($0, of: count)).positions(ofSample: 23) }
    #expect(all.sorted() == Array(0..<23))
    for position in 0..<23 {
      let shard = Shard.containing(position: position, of: count)
      #expect(shard.positions(ofSample: 23).contains(position))
    }
    #expect(Shard(0, of: 3) == nil && Shard(4, of: 3) == nil && Shard(1, of: 0) == nil)
  }
}
