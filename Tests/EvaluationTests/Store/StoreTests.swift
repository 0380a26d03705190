import Foundation
import GRDB
import Testing
import XAI
import XAIEvaluation
import XAIFoundation

@testable import XAIResults

@Suite struct StoreTests {
  private let folder: TestFolder
  private let path: String

  init() throws {
    folder = try TestFolder()
    path = folder.file("results.sqlite")
  }

  /// A store with some images, closed.
  private func write(_ positions: [Int], experiment: Experiment = Made.experiment()) throws {
    let store = try ResultStore(at: path, experiment: experiment)
    for position in positions { try store.add(Made.image(position)) }
  }

  @Test("what is read is what was kept, whatever the order")
  func roundTrip() throws {
    try write([4, 0, 2, 1, 3])
    let results = try ResultStore.results(at: path)
    #expect(results.experiment == Made.experiment())
    #expect(results.images == (0..<5).map(Made.image))
    #expect(results.missingPositions == [5])
    #expect(folder.names == ["results.sqlite"])
  }

  @Test("a store goes on where it was closed")
  func goesOn() throws {
    try write([0, 3])
    let store = try ResultStore(at: path, experiment: Made.experiment())
    #expect(try store.donePositions == [0, 3])
    try store.add(Made.image(1))
    // Reading works while the store is open.
    #expect(try ResultStore.results(at: path).images.map(\.position) == [0, 1, 3])
    #expect(throws: StoreError.self) { try store.add(Made.image(1)) }
    #expect(throws: StoreError.self) { try store.add(Made.image(6)) }
    #expect(try ResultStore.results(at: path).images == [0, 1, 3].map(Made.image))
  }

  /// As a process leaves it that dies in the midst of a commit: some of the pages are new, the old ones in the journal.
  @Test("a transaction of which a part was written is taken back")
  func cutTransaction() throws {
    try write([0, 3])
    let before = try folder.bytes("results.sqlite")
    do {
      let store = try ResultStore(at: path, experiment: Made.experiment())
      try store.connection.write { database in
        // Pages that the cache has no place for go to the file before the end of the transaction.
        try database.execute(sql: "PRAGMA cache_size = 1")
        try database.execute(sql: "UPDATE pictures SET identifier = 'other'")
        for key in 0..<100 {
          try database.execute(
            sql: "INSERT INTO meta VALUES (?, ?)", arguments: ["\(key)", String(repeating: "x", count: 500)])
        }
        for suffix in ["", "-journal"] {
          try folder.write(folder.bytes("results.sqlite\(suffix)"), to: "cut.sqlite\(suffix)")
        }
      }
    }
    #expect(try folder.bytes("cut.sqlite") != before)
    let results = try ResultStore.results(at: folder.file("cut.sqlite"))
    #expect(results.images == [0, 3].map(Made.image))
    #expect(try folder.bytes("cut.sqlite") == before)
    #expect(folder.names == ["cut.sqlite", "results.sqlite"])
  }

  @Test("results that the tables can't hold are refused whole")
  func unstorable() throws {
    let store = try ResultStore(at: path, experiment: Made.experiment())
    var short = Made.image(0)
    short.subjects[1].maps.removeLast()
    var values = Made.image(0)
    values.subjects[1].maps[1].values.removeLast()
    var heads = Made.image(0)
    heads.subjects[1].maps[0].diagnostics.headWeights = [[1]]
    var curve = Made.image(0)
    curve.subjects[1].maps[0].values[1] = MetricValue(1, curve: .init(x: [0, 1], y: [0, 1]))
    for image in [short, values, heads, curve] {
      #expect(throws: StoreError.self) { try store.add(image) }
      #expect(try store.donePositions.isEmpty)
    }
    try store.add(Made.image(0))
    #expect(try ResultStore.results(at: path).images == [Made.image(0)])
  }

  @Test("another experiment is refused with all that differs, and nothing is lost")
  func otherExperiment() throws {
    try write([0])
    let other = Made.experiment {
      $0.model.hash = "1100"
      $0.metrics.removeLast()
      $0.settings["batch size"] = "8"
      $0.settings["more"] = "x"
    }
    let error = try #require(throws: StoreError.self) { _ = try ResultStore(at: path, experiment: other) }
    guard case .otherExperiment(_, let differences) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(differences.count == 4)
    #expect(differences.contains("weights: 00ff there, 1100 here"))
    #expect(differences.contains("batch size: 16 there, 8 here"))
    #expect(differences.contains("more: nothing there, x here"))
    #expect(try ResultStore.results(at: path).images == [Made.image(0)])
    // Better words are no other experiment.
    try write([1], experiment: Made.experiment { $0.explainers[0].descriptor = GradCAM.descriptor })
  }

  @Test("files that are no database of results are refused and left as they are")
  func foreign() throws {
    let text = Array(repeating: UInt8(ascii: "x"), count: 5000)
    try folder.write(text, to: "results.sqlite")
    for attempt in [
      { _ = try ResultStore(at: path, experiment: Made.experiment()) },
      { _ = try ResultStore.results(at: path) }, { try ResultStore.remove(at: path) },
    ] {
      let error = try #require(throws: StoreError.self) { try attempt() }
      guard case .foreign = error else {
        Issue.record("\(error)")
        continue
      }
    }
    #expect(try folder.bytes("results.sqlite") == Data(text))
    #expect(folder.names == ["results.sqlite"])
    let database = try DatabaseQueue(path: folder.file("other.sqlite"))
    try database.write { try $0.execute(sql: "CREATE TABLE other (a)") }
    let error = try #require(throws: StoreError.self) {
      _ = try ResultStore(at: folder.file("other.sqlite"), experiment: Made.experiment())
    }
    #expect(error == .foreign(path: folder.file("other.sqlite"), reason: "it is another program's database"))
    #expect(throws: StoreError.self) { _ = try ResultStore(at: folder.path, experiment: Made.experiment()) }
    #expect(throws: StoreError.missing(path: folder.file("none"))) {
      _ = try ResultStore.results(at: folder.file("none"))
    }
    #expect(!folder.names.contains("none"))
    #expect(throws: StoreError.self) {
      _ = try ResultStore(at: folder.file("none/r.sqlite"), experiment: Made.experiment())
    }
  }

  @Test("tables of another version are refused")
  func otherVersion() throws {
    try write([0])
    try DatabaseQueue(path: path).write { try $0.execute(sql: "PRAGMA user_version = 9") }
    for attempt in [
      { _ = try ResultStore(at: path, experiment: Made.experiment()) },
      { _ = try ResultStore.results(at: path) },
    ] {
      #expect(throws: StoreError.otherVersion(path: path, there: 9, here: 1)) { try attempt() }
    }
  }

  @Test("a database that was cut short is refused at every length")
  func truncated() throws {
    try write([0, 1, 2, 3, 4])
    let bytes = try folder.bytes("results.sqlite")
    for length in stride(from: 1, to: bytes.count, by: 3571) {
      try folder.write(bytes.prefix(length), to: "results.sqlite")
      #expect(throws: StoreError.self, "\(length) bytes") { _ = try ResultStore.results(at: path) }
      #expect(throws: StoreError.self, "\(length) bytes") {
        _ = try ResultStore(at: path, experiment: Made.experiment())
      }
      #expect(try folder.bytes("results.sqlite") == bytes.prefix(length))
    }
    // An empty file is a database without tables: a run that was killed at its start leaves one.
    try folder.write([], to: "results.sqlite")
    #expect(throws: StoreError.self) { _ = try ResultStore.results(at: path) }
    try write([0])
    #expect(try ResultStore.results(at: path).images.count == 1)
  }

  @Test("damaged bytes give an error or other results, and never end the process")
  func damaged() throws {
    try write([0, 1, 2, 3, 4])
    let bytes = try folder.bytes("results.sqlite")
    var random = SeededRandom(seed: 11)
    for _ in 0..<150 {
      var damaged = bytes
      for _ in 0..<20 { damaged[Int(random.next() % UInt64(bytes.count))] = UInt8(random.next() % 256) }
      try folder.write(damaged, to: "results.sqlite")
      do { _ = try ResultStore.results(at: path) } catch { #expect(error is StoreError, "\(error)") }
    }
  }

  @Test("columns are found by name, whatever their order")
  func columnOrder() throws {
    try write([0])
    try DatabaseQueue(path: path).write {
      try $0.execute(
        sql: """
          DROP VIEW results;
          CREATE TABLE other AS SELECT curve_y, value, metric, subject, explainer, position FROM measurements;
          DROP TABLE measurements;
          ALTER TABLE other RENAME TO measurements;
          """)
    }
    try write([4])
    #expect(try ResultStore.results(at: path).images == [0, 4].map(Made.image))
  }

  @Test("a database that was written before is read, resumed and merged")
  func earlierDatabase() throws {
    let dump = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/results/version-1.sql")
    var configuration = Configuration()
    // The dump has its tables in the order of their names.
    configuration.foreignKeysEnabled = false
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.writeWithoutTransaction { try $0.execute(sql: String(contentsOf: dump, encoding: .utf8)) }
    try queue.close()
    let results = try ResultStore.results(at: path)
    #expect(results.contentHash == "4b9bbb92b8c93e54")
    #expect(results.missingPositions == [2] && results.images[0].thumbnail == [0, 255, 7])
    #expect(results.runs.isEmpty && results.images.allSatisfy(\.outlines.isEmpty))

    var missing = results.images[0]
    (missing.position, missing.identifier) = (2, "b/2.jpg")
    do {
      let store = try ResultStore(at: path, experiment: results.experiment)
      #expect(try store.donePositions == [0, 1, 3])
      try store.add(missing)
      try store.add(RunIdentity(program: "xai 9", command: "xai evaluate"))
    }
    #expect(try ResultStore.results(at: path).runs.map(\.program) == ["xai 9"])
    let merged = folder.file("merged.sqlite")
    #expect(try ResultStore.merge([path], into: merged).missing.isEmpty)
    let whole = results.images[0...1] + [missing, results.images[2]]
    #expect(try ResultStore.results(at: merged).images == Array(whole))
  }

  @Test("values of a wrong kind are named")
  func wrongValues() throws {
    for (sql, place) in [
      ("UPDATE maps SET scores = x'010203' WHERE explainer = 0", "maps.scores"),
      ("UPDATE maps SET head_weights = x'00000000' WHERE explainer = 0", "maps.head_weights"),
      ("UPDATE measurements SET curve_y = x'00' WHERE metric = 1", "measurements.curve_y"),
      ("UPDATE subjects SET class_index = 'much'", "class_index"),
      ("DELETE FROM measurements WHERE metric = 1", "measurements"),
      ("UPDATE meta SET value = '{}'", "what was evaluated"),
    ] {
      try write([0])
      try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
      let error = try #require(throws: StoreError.self, "\(sql)") { _ = try ResultStore.results(at: path) }
      #expect("\(error)".contains(place), "\(error)")
      try ResultStore.remove(at: path)
    }
    #expect(folder.names.isEmpty)
  }
}
