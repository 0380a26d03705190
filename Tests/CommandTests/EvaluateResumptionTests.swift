#if XAI_DATABASE
import Foundation
import Testing
import XAI

/// Runs that end before their time: the next one goes on, and ends in the same results.
@Suite(.serialized) struct EvaluateResumptionTests {
  private let fixture = EvaluationFixture()

  private func reference() throws -> EvaluationResults {
    let result = try XAIProcess.run(fixture.arguments("reference.sqlite", "-q", "--heads"))
    try #require(result.status == 0, "\(result.errors)")
    return try fixture.results("reference.sqlite")
  }

  /// Run n is killed at its n-th milestone: before and after the tables, before and after each image.
  @Test func killedAgainAndAgain() throws {
    let reference = try reference()
    let arguments = fixture.arguments("out.sqlite", "-q", "--heads")
    var kept: [Int?] = []
    while true {
      let result = try XAIProcess.run(
        arguments, environment: Milestone.signal("KILL", at: "write", kept.count + 1))
      guard result.isKilled else {
        #expect(result.status == 0, "\(result.errors)")
        break
      }
      // What is kept is whole; a database without tables is none yet.
      let images = try? fixture.results("out.sqlite").images
      #expect(images?.allSatisfy { $0 == reference.images[$0.position] } != false)
      kept.append(images?.count)
      try #require(kept.count < 20)
    }
    // Each run has two milestones for its command and two per image; those that make the tables and look at the images first
    // have two more for each.
    #expect(kept == [nil, 0, 0, 0, 1, 3, 5, 8])
    let results = try fixture.results("out.sqlite")
    #expect(results == reference)
    #expect(results.contentHash == reference.contentHash)
    #expect(fixture.names == ["out.sqlite", "reference.sqlite"])
  }

  /// The last two images, killed at each milestone of the run that adds them, from the same state.
  @Test func killedAtEachWriteToTheEnd() throws {
    let reference = try reference()
    let begun = fixture.arguments("begun.sqlite", "-q", "--heads", "--stop-after", "8images")
    #expect(try XAIProcess.run(begun).status == 0)
    for (number, kept) in [8, 8, 8, 9, 9, 10, nil].enumerated() {
      try? FileManager.default.removeItem(atPath: fixture.path("out.sqlite"))
      try FileManager.default.copyItem(
        atPath: fixture.path("begun.sqlite"), toPath: fixture.path("out.sqlite"))
      let arguments = fixture.arguments("out.sqlite", "-q", "--heads")
      let result = try XAIProcess.run(
        arguments, environment: Milestone.signal("KILL", at: "write", number + 1))
      #expect(result.isKilled == (kept != nil), "milestone \(number + 1)")
      #expect(try fixture.results("out.sqlite").images.count == kept ?? 10)
      #expect(try XAIProcess.run(arguments).status == 0)
      #expect(try fixture.results("out.sqlite") == reference)
    }
  }

  @Test(arguments: Milestone.requests) func aRequestToStop(signal: String) throws {
    let reference = try reference()
    let stopped = try XAIProcess.run(
      fixture.arguments("out.sqlite", "--heads"), environment: Milestone.signal(signal, at: "result", 3))
    #expect(stopped.status == 130, "\(stopped.errors)")
    #expect(stopped.output.contains("the same command resumes from there"))
    #expect(try fixture.results("out.sqlite").images.map(\.position) == [0, 1, 2])
    let rest = try XAIProcess.run(fixture.arguments("out.sqlite", "--heads"))
    #expect(rest.status == 0)
    #expect(rest.output.contains("resuming after 3 of 10 images"))
    #expect(try fixture.results("out.sqlite") == reference)
  }

  @Test func stopAfter() throws {
    let first = try XAIProcess.run(fixture.arguments("out.sqlite", "--heads", "--stop-after", "3images"))
    #expect(first.status == 0 && first.output.contains("Stopped after 3 of 10 images"))
    #expect(try fixture.results("out.sqlite").images.map(\.position) == [0, 1, 2])
    #expect(try XAIProcess.run(fixture.arguments("out.sqlite", "-q", "--heads")).status == 0)
    #expect(try fixture.results("out.sqlite") == reference())
  }

  /// A file size limit stands for a full disk: both fail in `write`.
  @Test func aFullDisk() throws {
    let reference = try reference()
    let command = fixture.arguments("out.sqlite", "-q", "--heads").map { "'\($0)'" }.joined(separator: " ")
    // What five images take, in kilobytes: the file is whole pages, the same ones in each run, and has more at its end.
    let half = fixture.arguments("half.sqlite", "-q", "--heads", "--stop-after", "5images")
    #expect(try XAIProcess.run(half).status == 0)
    let limit = try fixture.byteCount("half.sqlite") / 1024
    try #require(fixture.byteCount("reference.sqlite") > limit * 1024)
    let full = try XAIProcess.shell("ulimit -f \(limit); exec \"$XAI\" \(command)")
    #expect(full.status == 74, "\(full.errors)")
    #expect(full.errors.contains("out.sqlite") && full.errors.contains("Free space"))
    let kept = try fixture.results("out.sqlite").images
    #expect((5..<10).contains(kept.count), "\(kept.count)")
    #expect(kept.allSatisfy { $0 == reference.images[$0.position] })
    #expect(try XAIProcess.run(fixture.arguments("out.sqlite", "-q", "--heads")).status == 0)
    #expect(try fixture.results("out.sqlite") == reference)
    #expect(fixture.names == ["half.sqlite", "out.sqlite", "reference.sqlite"])
  }

  @Test func twoRunsAtOnce() throws {
    // The first run waits in the midst of storing the second image; the tables, the command, what was looked at and the first one are stored.
    let barrier = try Barrier()
    let running = try XAIProcess.start(
      fixture.arguments("out.sqlite", "-q", "--heads"), environment: barrier.environment(at: "write", 9))
    try barrier.wait(for: running)
    #expect(try fixture.results("out.sqlite").images.map(\.position) == [0])
    let second = try XAIProcess.run(fixture.arguments("out.sqlite", "-q", "--heads"))
    #expect(
      second.status == 73 && second.errors.contains("another run writes it (process"), "\(second.errors)")
    try barrier.open()
    let first = try XAIProcess.finish(running)
    #expect(first.status == 0, "\(first.errors)")
    #expect(try fixture.results("out.sqlite").images.count == 10)
  }
}
#endif
