import Testing
import XAI
import XAIEvaluation

@testable import XAIResults

@Suite struct MergeTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func write(
    _ name: String, _ images: [ImageResult], experiment: Experiment = Made.experiment(),
    shard: String? = nil
  ) throws -> String {
    let store = try ResultStore(at: folder.file(name), experiment: experiment, shard: shard)
    for image in images { try store.add(image) }
    return folder.file(name)
  }

  @Test("images that come twice with the same results are kept once")
  func duplicates() throws {
    var second = Made.image(0)
    // As a database of before has it.
    (second.thumbnail, second.labelRank) = (nil, nil)
    let paths = try [
      write("a", [second, Made.image(1), Made.image(2)]),
      write("b", [Made.image(0), Made.image(3), Made.image(4), Made.image(5)]),
    ]
    let report = try ResultStore.merge(paths, into: folder.file("all"))
    #expect(report.duplicates == [Made.image(0).identifier])
    #expect(try ResultStore.results(at: folder.file("all")).images == (0..<6).map(Made.image))
    #expect(folder.names == ["a", "all", "b"])
  }

  @Test("images that come twice with other results are refused by name")
  func conflict() throws {
    var other = Made.image(3)
    other.subjects[0].maps[0].values[1] = MetricValue(-4, curve: other.subjects[0].maps[0].values[1]?.curve)
    let paths = try [write("a", (0..<6).map(Made.image)), write("b", [other])]
    let error = try #require(throws: MergeError.self) {
      try ResultStore.merge(paths, into: folder.file("all"))
    }
    #expect("\(error)".contains(other.identifier) && "\(error)".contains(paths[1]))
    #expect(folder.names == ["a", "b"])
  }

  @Test("other experiments are refused with what differs")
  func otherExperiment() throws {
    let paths = try [
      write("a", [Made.image(0)]),
      write("b", [], experiment: Made.experiment { $0.metrics[0].protocolHash = "feed" }),
    ]
    let error = try #require(throws: MergeError.self) {
      try ResultStore.merge(paths, into: folder.file("all"), isPartial: true)
    }
    #expect("\(error)".contains("feed") && "\(error)".contains("metrics"))
  }

  @Test("missing images are refused with their places and shards, or left out on request")
  func missing() throws {
    let paths = try [
      write("a", [0, 1, 2].map(Made.image), shard: "1/2"), write("b", [Made.image(5)], shard: "2/2"),
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
    let source = try write("a", (0..<6).map(Made.image))
    try folder.write("mine".utf8, to: "all")
    #expect(throws: StoreError.occupied(path: folder.file("all"))) {
      try ResultStore.merge([source], into: folder.file("all"))
    }
    #expect(try folder.bytes("all") == .init("mine".utf8))
    #expect(throws: StoreError.occupied(path: source)) { try ResultStore.merge([source], into: source) }
    _ = try write("new.part", [Made.image(0)])
    _ = try ResultStore.merge([source], into: folder.file("new"))
    #expect(folder.names == ["a", "all", "new"])
    #expect(throws: MergeError.nothing) { try ResultStore.merge([], into: folder.file("none")) }
    #expect(throws: StoreError.missing(path: folder.file("b"))) {
      try ResultStore.merge([source, folder.file("b")], into: folder.file("none"))
    }
  }
}
