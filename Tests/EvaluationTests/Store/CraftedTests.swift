import Foundation
import GRDB
import Testing
import XAI
import XAIEvaluation

@testable import XAIResults

/// Databases of anybody: refused, whatever they say, and never a trap or a run without end.
@Suite struct CraftedTests {
  static let counts = [
    ("data.sampleCount", "-1"), ("data.sampleCount", "1000000000"), ("model.grid.rows", "-9"),
    ("model.grid.columns", "4611686018427387904"), ("model.grid.rows", "1000000"), ("model.headCount", "-3"),
    ("model.layerCount", "-3"), ("model.inputHeight", "-1"), ("data.splitCount", "-5"),
  ]

  static let statements = [
    """
    DROP VIEW results; ALTER TABLE pictures RENAME TO other; CREATE VIEW pictures AS
      WITH RECURSIVE count(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM count)
      SELECT x AS position, 'a' AS identifier, NULL AS label, NULL AS failure, NULL AS thumbnail FROM count
    """,
    "DROP VIEW results; ALTER TABLE subjects ADD COLUMN more AS (zeroblob(1000000000))",
    "UPDATE pictures SET position = position + 4000000000",
    "CREATE TRIGGER more AFTER DELETE ON pictures BEGIN DELETE FROM maps; END",
  ]

  private let folder: TestFolder
  private var path: String { folder.file("r.sqlite") }

  init() throws {
    folder = try TestFolder()
    let store = try ResultStore(at: folder.file("r.sqlite"), experiment: Made.experiment())
    for position in [0, 3] { try store.add(Made.image(position)) }
  }

  private func expectRefusal(_ what: String) {
    for (name, read) in [
      ("results", { _ = try ResultStore.results(at: path) }),
      ("stream", { try ResultStore.stream(at: path).forEach { _ in } }),
      ("merge", { _ = try ResultStore.merge([path], into: folder.file("all"), isPartial: true) }),
    ] {
      let error = #expect(throws: StoreError.self, "\(name) of \(what)") { try read() }
      guard case .damaged = error else {
        Issue.record("\(name) of \(what): \(String(describing: error))")
        continue
      }
    }
    #expect(folder.names == ["r.sqlite"])
  }

  @Test("counts that can't be", arguments: counts) func count(field: String, value: String) throws {
    try DatabaseQueue(path: path).write {
      try $0.execute(
        sql: "UPDATE meta SET value = json_set(value, '$.\(field)', \(value)) WHERE key = 'experiment'")
    }
    expectRefusal("\(field) \(value)")
  }

  @Test("tables that are none, and rows outside of the sample", arguments: statements)
  func tables(sql: String) throws {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.write { try $0.execute(sql: sql) }
    try queue.close()
    expectRefusal(sql)
  }
}
