import Foundation
import GRDB
import Testing
import XAI
import XAIEvaluation

@testable import XAIResults

/// What programs in other languages find.
@Suite struct SchemaTests {
  private let folder: TestFolder
  private let database: DatabaseQueue

  init() throws {
    folder = try TestFolder()
    let store = try ResultStore(at: folder.file("r.sqlite"), experiment: Made.experiment(), shard: "2/3")
    for position in 0..<5 { try store.add(Made.image(position)) }
    database = try DatabaseQueue(path: folder.file("r.sqlite"))
  }

  @Test("the view joins the names")
  func view() throws {
    let rows = try database.read {
      try Row.fetchAll($0, sql: "SELECT * FROM results ORDER BY position, subject, explainer, metric")
    }
    // 3 images with 2 classes, 2 explainers and 2 metrics.
    #expect(rows.count == 3 * 2 * 2 * 2)
    let image = Made.image(0)
    let first = try #require(
      rows.first { $0["explainer"] == "gmar:norm=l2" && $0["metric"] == "average-drop" })
    #expect(first["picture"] == image.identifier && first["class"] == "dog's \"bone\"")
    #expect(first["value"] == image.subjects[0].maps[0].values[0]?.number)
    #expect(first["unit"] == "%" && first["is_degenerate"] == 0)
    #expect(
      rows.filter { $0["position"] == 3 && $0["metric"] == "average-drop" }.allSatisfy { $0["value"] == nil })
  }

  @Test("blobs are little-endian numbers")
  func blobs() throws {
    let (scores, x) = try database.read {
      (
        try Data.fetchOne($0, sql: "SELECT scores FROM maps WHERE explainer = 1"),
        try Data.fetchOne($0, sql: "SELECT curve_x FROM metrics WHERE metric = 1")
      )
    }
    #expect(scores == Data([0, 0, 128, 63] + [0, 0, 128, 63] + [0, 0, 128, 63] + [0, 0, 128, 63]))
    #expect(x?.count == 24 && x?.suffix(8) == Data([0, 0, 0, 0, 0, 0, 0xF0, 0x3F]))
  }

  @Test func headEffects() throws {
    let effect = try database.read {
      try Double.fetchOne(
        $0,
        sql: "SELECT effect FROM head_effects WHERE position = 4 AND subject = 1 AND layer = 1 AND head = 2")
    }
    #expect(effect == Made.image(4).subjects[1].headEffects.map { Double($0[1][2]) })
  }

  @Test("means and failures are those of the images")
  func means() throws {
    let store = try ResultStore(at: folder.file("r.sqlite"), experiment: Made.experiment())
    let means = try store.means()
    #expect(means.map { [$0.explainer, $0.metric] } == [[0, 0], [0, 1], [1, 0], [1, 1]])
    let values = [0, 4].flatMap { Made.image($0).subjects.compactMap { $0.maps[0].values[0]?.number } }
    #expect(means[0].count == 4)
    #expect(abs((means[0].mean ?? 0) - values.reduce(0, +) / 4) < 1e-12)
    #expect(
      try store.failures() == [
        ImageFailure(identifier: "b/1.jpg", reason: "truncated 'file'", isUnread: false)
      ])
  }

  @Test("the journal is a rollback journal, and the file says whose it is")
  func pragmas() throws {
    let (mode, id, version) = try database.read {
      (
        try String.fetchOne($0, sql: "PRAGMA journal_mode"),
        try Int.fetchOne($0, sql: "PRAGMA application_id"),
        try Int.fetchOne($0, sql: "PRAGMA user_version")
      )
    }
    #expect(mode == "delete" && id == 0x5841_4945 && version == 1)
  }
}
