import Testing
import XAI
import XAIEvaluation

@testable import XAIResults

@Suite struct MergeTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func write(
    _ name: String, _ pictures: [PictureResult], experiment: Experiment = Made.experiment(),
    shard: String? = nil
  ) throws -> String {
    let store = try ResultStore(at: folder.file(name), experiment: experiment, shard: shard)
    for picture in pictures { try store.add(picture) }
    return folder.file(name)
  }

  @Test("pictures that come twice with the same results are kept once")
  func duplicates() throws {
    var second = Made.picture(0)
    second.thumbnail = nil
    let paths = try [
      write("a", [second, Made.picture(1), Made.picture(2)]),
      write("b", [Made.picture(0), Made.picture(3), Made.picture(4), Made.picture(5)]),
    ]
    let report = try ResultStore.merge(paths, into: folder.file("all"))
    #expect(report.duplicates == [Made.picture(0).identifier])
    #expect(try ResultStore.results(at: folder.file("all")).pictures == (0..<6).map(Made.picture))
    #expect(folder.names == ["a", "all", "b"])
  }

  @Test("pictures that come twice with other results are refused by name")
  func conflict() throws {
    var other = Made.picture(3)
    other.subjects[0].maps[0].values[1] = MetricValue(-4, curve: other.subjects[0].maps[0].values[1]?.curve)
    let paths = try [write("a", (0..<6).map(Made.picture)), write("b", [other])]
    let error = try #require(throws: MergeError.self) {
      try ResultStore.merge(paths, into: folder.file("all"))
    }
    #expect("\(error)".contains(other.identifier) && "\(error)".contains(paths[1]))
    #expect(folder.names == ["a", "b"])
  }

  @Test("other experiments are refused with what differs")
  func otherExperiment() throws {
    let paths = try [
      write("a", [Made.picture(0)]),
      write("b", [], experiment: Made.experiment { $0.metrics[0].protocolHash = "feed" }),
    ]
    let error = try #require(throws: MergeError.self) {
      try ResultStore.merge(paths, into: folder.file("all"), isPartial: true)
    }
    #expect("\(error)".contains("feed") && "\(error)".contains("metrics"))
  }

  @Test("missing pictures are refused with their places and shards, or left out on request")
  func missing() throws {
    let paths = try [
      write("a", [0, 1, 2].map(Made.picture), shard: "1/2"), write("b", [Made.picture(5)], shard: "2/2"),
    ]
    let error = try #require(throws: MergeError.self) {
      try ResultStore.merge(paths, into: folder.file("all"))
    }
    #expect(error == .missing(positions: [3, 4], shards: ["1/2", "2/2"]))
    #expect("\(error)".contains("3 to 4") && "\(error)".contains("1/2, 2/2"))
    let report = try ResultStore.merge(paths, into: folder.file("all"), isPartial: true)
    #expect(report.missing == [3, 4])
    #expect(try ResultStore.results(at: folder.file("all")).missingPositions == [3, 4])
  }

  @Test("nothing is written over, and the half of a killed merge is no obstacle")
  func output() throws {
    let source = try write("a", (0..<6).map(Made.picture))
    try folder.write("mine".utf8, to: "all")
    #expect(throws: StoreError.occupied(path: folder.file("all"))) {
      try ResultStore.merge([source], into: folder.file("all"))
    }
    #expect(try folder.bytes("all") == .init("mine".utf8))
    #expect(throws: StoreError.occupied(path: source)) { try ResultStore.merge([source], into: source) }
    _ = try write("new.part", [Made.picture(0)])
    _ = try ResultStore.merge([source], into: folder.file("new"))
    #expect(folder.names == ["a", "all", "new"])
    #expect(throws: MergeError.nothing) { try ResultStore.merge([], into: folder.file("none")) }
    #expect(throws: StoreError.missing(path: folder.file("b"))) {
      try ResultStore.merge([source, folder.file("b")], into: folder.file("none"))
    }
  }
}
