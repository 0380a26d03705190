import Testing
import XAI

@testable import XAIEvaluation

@Suite struct ContentHashTests {
  private let results = EvaluationResults(experiment: Made.experiment(), images: (0..<5).map(Made.image))

  @Test("neither order nor thumbnails nor the words for a failure count")
  func invariance() {
    var other = results
    other.images.reverse()
    other.images[4].thumbnail = nil
    other.images[3].failure = "in another folder"
    #expect(other.contentHash == results.contentHash)
    #expect(results.contentHash.count == 16)
  }

  @Test("every number counts")
  func sensitivity() {
    var hashes: Set<String> = [results.contentHash]
    func change(_ body: (inout EvaluationResults) -> Void) {
      var other = results
      body(&other)
      hashes.insert(other.contentHash)
    }
    change { $0.experiment.settings["batch size"] = "8" }
    change { $0.experiment.metrics[0].protocolHash = "0" }
    change { $0.images.removeLast() }
    change { $0.images[0].identifier += "x" }
    change { $0.images[0].label = nil }
    change { $0.images[1].failure = nil }
    change { $0.images[0].subjects[0].probability? += 1e-7 }
    change { $0.images[0].subjects[0].isPredicted.toggle() }
    change { $0.images[0].subjects[0].headEffects?[0][0] += 1 }
    change { $0.images[0].subjects[0].maps[0].scores[1] += 1 }
    change { $0.images[0].subjects[0].maps[0].diagnostics.rankCollapse = nil }
    change { $0.images[0].subjects[0].maps[0].diagnostics.headWeights = nil }
    change { $0.images[0].subjects[0].maps[0].values[0] = nil }
    change { $0.images[0].subjects[0].maps[0].values[1] = MetricValue(0.1) }
    #expect(hashes.count == 15)
  }
}
