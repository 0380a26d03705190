import GRDB
import Testing
import XAI
import XAIEvaluation
import XAIResults

/// However a run is cut, the results are the same to the last bit.
@Suite struct InterruptionTests {
  @Test("a run that is stopped after each image ends in the same results")
  func stoppedAfterEachImage() throws {
    let evaluation = try Fixture.evaluation(target: .objects)
    let whole = try Fixture.results(evaluation)
    let folder = try TestFolder()
    let path = folder.file("r.sqlite")
    do {
      let store = try ResultStore(at: folder.file("whole.sqlite"), experiment: Fixture.experiment(evaluation))
      try evaluation.run(into: store)
    }
    var runs = 0
    while true {
      let store = try ResultStore(at: path, experiment: Fixture.experiment(evaluation))
      let before = try store.donePositions.count
      let isFinished = try Fixture.finishes(evaluation, into: store) { event in
        if case .image = event { throw CancellationError() }
      }
      #expect(try store.donePositions.count - before <= 1)
      runs += 1
      if isFinished { break }
      try #require(runs < 20)
    }
    #expect(runs == 11)
    let results = try ResultStore.results(at: path)
    #expect(results == whole)
    #expect(results.contentHash == whole.contentHash)
    #expect(try rows(path) == rows(folder.file("whole.sqlite")))
    #expect(folder.names == ["r.sqlite", "whole.sqlite"])
  }

  @Test("an explainer of many passes that is stopped leaves its group undone, and the rest as it was")
  func stoppedBetweenPasses() throws {
    let evaluation = try Fixture.evaluation(explainers: ["rise:masks=40"])
    let whole = try Fixture.results(evaluation)
    let folder = try TestFolder()
    let path = folder.file("r.sqlite")
    let store = try ResultStore(at: path, experiment: Fixture.experiment(evaluation))
    #expect(throws: CancellationError.self) {
      try PassProgress.watched {
        $0.done < 32
      } _: {
        try evaluation.run(into: store)
      }
    }
    #expect(try store.donePositions.isEmpty)
    try evaluation.run(into: store)
    #expect(try ResultStore.results(at: path).contentHash == whole.contentHash)
  }

  /// Every value of every table, in the order of the keys.
  private func rows(_ path: String) throws -> [String: [Row]] {
    try DatabaseQueue(path: path).read { database in
      let keys = [
        "meta": "key", "classes": "class_index", "explainers": "explainer", "metrics": "metric",
        "pictures": "position", "subjects": "position, subject", "maps": "position, subject, explainer",
        "measurements": "position, subject, explainer, metric",
        "head_effects": "position, subject, layer, head",
      ]
      return try Dictionary(
        uniqueKeysWithValues: keys.map {
          ($0.key, try Row.fetchAll(database, sql: "SELECT * FROM \($0.key) ORDER BY \($0.value)"))
        })
    }
  }

  @Test(
    "a stop in the midst of a group leaves it undone; one at the next image keeps that",
    arguments: [true, false])
  func stoppedInAGroup(isAtOnce: Bool) throws {
    let evaluation = try Fixture.evaluation()
    let whole = try Fixture.results(evaluation)
    let folder = try TestFolder()
    let path = folder.file("r.sqlite")
    let store = try ResultStore(at: path, experiment: Fixture.experiment(evaluation))
    var isAsked = false
    let isFinished = try Fixture.finishes(evaluation, into: store) { event in
      if case .working = event { isAsked = true }
      if case .image = event, isAsked { throw CancellationError() }
      if isAtOnce, isAsked { throw CancellationError() }
    }
    #expect(!isFinished)
    #expect(try store.donePositions == (isAtOnce ? [] : [0]))
    try evaluation.run(into: store)
    #expect(try ResultStore.results(at: path).contentHash == whole.contentHash)
  }

  @Test("shards come to the same results, in whatever order they are merged", arguments: 1...5)
  func shards(count: Int) throws {
    let evaluation = try Fixture.evaluation(sample: 10)
    let whole = try Fixture.results(evaluation)
    let folder = try TestFolder()
    var paths: [String] = []
    for number in 1...count {
      let shard = try #require(Shard(number, of: count))
      let path = folder.file("\(number).sqlite")
      let store = try ResultStore(
        at: path, experiment: Fixture.experiment(evaluation), shard: shard.description)
      try evaluation.run(into: store, shard: shard)
      paths.append(path)
    }
    for (name, order) in [("forwards", paths), ("backwards", paths.reversed())] {
      let output = folder.file("\(name).sqlite")
      let report = try ResultStore.merge(order, into: output)
      #expect(report.duplicates.isEmpty && report.missing.isEmpty && report.imageCount == 10)
      let merged = try ResultStore.results(at: output)
      #expect(merged == whole)
      #expect(merged.contentHash == whole.contentHash)
    }
    #expect(folder.names.allSatisfy { $0.hasSuffix(".sqlite") })
  }

  @Test("a finished run does nothing")
  func finished() throws {
    let evaluation = try Fixture.evaluation()
    let folder = try TestFolder()
    let store = try ResultStore(
      at: folder.file("r.sqlite"), experiment: Fixture.experiment(evaluation))
    try evaluation.run(into: store)
    var events = 0
    try evaluation.run(into: store) { _ in events += 1 }
    #expect(events == 1)
    // There is nothing left to stop.
    try evaluation.run(into: store) { _ in throw CancellationError() }
  }
}
