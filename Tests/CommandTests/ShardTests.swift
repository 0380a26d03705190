import Foundation
import Testing
import XAI

@testable import XAICommand

@Suite struct ShardTests {
  private func chosen(_ option: String?, _ environment: [String: String]) throws -> String? {
    let parsed = try option.map { try #require(ShardOption(argument: $0)) }
    return try ChosenShard.choose(parsed, environment: environment)?.shard.description
  }

  private static func slurm(_ id: Int, _ first: Int, _ last: Int, step: Int = 1, count: Int) -> [String:
    String]
  {
    [
      "SLURM_ARRAY_TASK_ID": "\(id)", "SLURM_ARRAY_TASK_MIN": "\(first)", "SLURM_ARRAY_TASK_MAX": "\(last)",
      "SLURM_ARRAY_TASK_STEP": "\(step)", "SLURM_ARRAY_TASK_COUNT": "\(count)",
    ]
  }

  @Test("a shard of another count beside the output is said, where the environment decided")
  func neighbours() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("shards-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let output = folder.appendingPathComponent("results.sqlite").path
    let shard = try #require(Shard(1, of: 2))
    let chosen = ChosenShard(shard: shard, variable: "SLURM_ARRAY_TASK_ID")
    try chosen.checkNeighbours(of: output)
    for name in ["results-shard-2-of-2.sqlite", "other-shard-1-of-4.sqlite", "results-shard-1-of-4.csv"] {
      try Data().write(to: folder.appendingPathComponent(name))
    }
    try chosen.checkNeighbours(of: output)
    try Data().write(to: folder.appendingPathComponent("results-shard-3-of-4.sqlite"))
    let failure = try #require(throws: Failure.self) { try chosen.checkNeighbours(of: output) }
    #expect(failure.status == .usage && failure.message.contains("--shard auto/4"), "\(failure.message)")
    try ChosenShard(shard: shard).checkNeighbours(of: output)
  }

  @Test(
    "the shard comes from the option, or the environment of an array of jobs",
    arguments: [
      (nil, [:], nil), ("2/8", [:], "2/8"), ("2/8", ["JOB_COMPLETION_INDEX": "5"], "2/8"),
      ("none", ["SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "4"], nil),
      (nil, ["SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_COUNT": "4"], "3/4"),
      (nil, Self.slurm(3, 0, 3, count: 4), "4/4"),
      // Part of an array of four, submitted again.
      ("auto/4", Self.slurm(4, 4, 4, count: 1), "4/4"), ("auto/4", Self.slurm(3, 3, 4, count: 2), "3/4"),
      ("auto/4", Self.slurm(2, 2, 4, step: 2, count: 2), "2/4"),
      ("auto/4", Self.slurm(1, 1, 1, count: 1), "1/4"),
      (nil, ["SLURM_ARRAY_TASK_ID": "0", "SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_COUNT": "2"], "1/2"),
      (nil, ["JOB_COMPLETION_INDEX": "0", "JOB_COMPLETIONS": "3"], "1/3"),
      ("auto/3", ["JOB_COMPLETION_INDEX": "2"], "3/3"),
      ("auto/4", ["SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_MIN": "1"], "3/4"),
      (nil, ["JOB_COMPLETION_INDEX": ""], nil),
    ] as [(String?, [String: String], String?)])
  func choice(option: String?, environment: [String: String], shard: String?) throws {
    #expect(try chosen(option, environment) == shard)
  }

  @Test(
    "what can't be a shard is refused, with what to write",
    arguments: [
      (nil, ["JOB_COMPLETION_INDEX": "2"], "auto/8"),
      (nil, ["JOB_COMPLETION_INDEX": "3", "JOB_COMPLETIONS": "3"], "no shard of 3"),
      (nil, ["JOB_COMPLETION_INDEX": "x", "JOB_COMPLETIONS": "3"], "'x'"),
      (nil, ["SLURM_ARRAY_TASK_ID": "2"], "SLURM_ARRAY_TASK_COUNT"),
      (nil, Self.slurm(2, 1, 9, count: 3), "auto/8"), (nil, Self.slurm(4, 4, 4, count: 1), "no whole array"),
      (nil, Self.slurm(3, 3, 4, count: 2), "no whole array"),
      (nil, Self.slurm(14, 10, 16, step: 2, count: 4), "no whole array"),
      ("auto/4", Self.slurm(5, 5, 5, count: 1), "no shard of 4"),
      ("auto/4", Self.slurm(2, 0, 2, count: 2), "from 1"),
      ("auto/3", [:], "neither"),
    ] as [(String?, [String: String], String)])
  func refused(option: String?, environment: [String: String], text: String) throws {
    let failure = try #require(throws: Failure.self) { try chosen(option, environment) }
    #expect(failure.status == .usage && failure.message.contains(text), "\(failure.message)")
  }

  @Test(arguments: ["0/2", "3/2", "2", "auto", "auto/0", "a/b", "/", ""])
  func malformed(text: String) { #expect(ShardOption(argument: text) == nil) }

  @Test("a shard has a file of its own")
  func paths() throws {
    let shard = ChosenShard(shard: try #require(Shard(2, of: 8)))
    #expect(shard.path("results.sqlite") == "results-shard-2-of-8.sqlite")
    #expect(shard.path("a.b/results") == "a.b/results-shard-2-of-8")
    #expect(shard.path("a/.hidden") == "a/.hidden-shard-2-of-8")
    #expect(shard.path("a/r.v1.db") == "a/r.v1-shard-2-of-8.db")
  }
}

/// Shards as jobs run them, and what joins them.
#if XAI_DATABASE
@Suite struct MergeCommandTests {
  private let fixture = EvaluationFixture()

  @Test func shardsOfAJobArray() throws {
    #expect(try XAIProcess.run(fixture.arguments("whole.sqlite", "-q")).status == 0)
    let arguments = fixture.arguments("part.sqlite").dropLast(2)
    for index in 0..<2 {
      let result = try XAIProcess.run(
        Array(arguments), environment: ["JOB_COMPLETION_INDEX": "\(index)", "JOB_COMPLETIONS": "2"])
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.contains("shard \(index + 1)/2 by JOB_COMPLETION_INDEX"))
    }
    let parts = (1...2).map { fixture.path("part-shard-\($0)-of-2.sqlite") }
    let one = try XAIProcess.run("merge", parts[1], "-o", fixture.path("all.sqlite"))
    #expect(one.status == 65 && one.errors.contains("shard 1/2") && one.errors.contains("--partial"))
    let some = try XAIProcess.run("merge", parts[1], "-o", fixture.path("some.sqlite"), "--partial")
    #expect(some.status == 0 && some.output.contains("missing"))
    let merged = try XAIProcess.run(["merge", parts[1], parts[0], "-o", fixture.path("all.sqlite")])
    #expect(merged.status == 0 && merged.output.contains("10 images of 2 files"), "\(merged.errors)")
    #expect(try fixture.results("all.sqlite") == fixture.results("whole.sqlite"))
    let twice = try XAIProcess.run(["merge"] + parts + ["-o", fixture.path("all.sqlite")])
    #expect(twice.status == 73 && twice.errors.contains("all.sqlite"))
    let both = try XAIProcess.run(
      ["merge", fixture.path("whole.sqlite")] + parts + ["-o", fixture.path("both.sqlite")])
    #expect(both.status == 0 && both.errors.contains("came several times"))
    #expect(!fixture.names.contains { $0.contains(".part") && $0.contains(".sqlite.part") })
  }

  @Test func otherExperiments() throws {
    #expect(try XAIProcess.run(fixture.arguments("a.sqlite", "-q", "--stop-after", "1image")).status == 0)
    #expect(
      try XAIProcess.run(fixture.arguments("b.sqlite", "-q", "--stop-after", "1image", "--seed", "5"))
        .status == 0)
    let result = try XAIProcess.run(
      "merge", fixture.path("a.sqlite"), fixture.path("b.sqlite"), "-o", fixture.path("all.sqlite"))
    #expect(result.status == 65 && result.errors.contains("sample: 10 with seed 0"), "\(result.errors)")
    let missing = try XAIProcess.run("merge", "/no/file.sqlite", "-o", fixture.path("all.sqlite"))
    #expect(missing.status == 66)
    #expect(fixture.names == ["a.sqlite", "b.sqlite"])
  }
}
#endif
