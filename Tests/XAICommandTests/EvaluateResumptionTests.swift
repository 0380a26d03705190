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

  @Test func killedAtRandomMoments() throws {
    let reference = try reference()
    let arguments = fixture.arguments("out.sqlite", "-q", "--heads")
    var (kills, seen, result) = (0, 0, CommandResult(status: -1, output: "", errors: ""))
    for _ in 0..<200 {
      let running = try XAIProcess.start(arguments)
      // Early kills reach the making of the tables, late ones the end.
      usleep(UInt32.random(in: 5_000...(kills < 12 ? 600_000 : 3_000_000)))
      if running.process.isRunning, kills < 15 {
        kill(running.process.processIdentifier, SIGKILL)
        kills += 1
        _ = try XAIProcess.finish(running)
        // What is kept is whole, and never less than before.
        if let pictures = try? fixture.results("out.sqlite").pictures {
          #expect(pictures.count >= seen)
          #expect(pictures.allSatisfy { $0 == reference.pictures[$0.position] })
          seen = pictures.count
        }
        continue
      }
      result = try XAIProcess.finish(running)
      break
    }
    #expect(result.status == 0, "\(result.errors)")
    #expect(kills > 0)
    let results = try fixture.results("out.sqlite")
    #expect(results == reference)
    #expect(results.contentHash == reference.contentHash)
    #expect(fixture.names == ["out.sqlite", "reference.sqlite"])
  }

  @Test(arguments: [SIGINT, SIGTERM]) func aRequestToStop(signal: Int32) throws {
    let reference = try reference()
    let running = try XAIProcess.start(fixture.arguments("out.sqlite", "--heads"))
    let end = Date().addingTimeInterval(60)
    while (try? fixture.results("out.sqlite").pictures.isEmpty) ?? true {
      try #require(Date() < end, "the run wrote nothing")
      usleep(1_000)
    }
    kill(running.process.processIdentifier, signal)
    let stopped = try XAIProcess.finish(running)
    let count = try fixture.results("out.sqlite").pictures.count
    if count < 10 {
      #expect(stopped.status == 130, "\(stopped.errors)")
      #expect(stopped.output.contains("the same command goes on from there"))
    }
    let rest = try XAIProcess.run(fixture.arguments("out.sqlite", "--heads"))
    #expect(rest.status == 0)
    #expect(count == 10 || rest.output.contains("going on after \(count) of 10 pictures"))
    #expect(try fixture.results("out.sqlite") == reference)
  }

  @Test func stopAfter() throws {
    let first = try XAIProcess.run(fixture.arguments("out.sqlite", "--heads", "--stop-after", "3pictures"))
    #expect(first.status == 0 && first.output.contains("Stopped after 3 of 10 pictures"))
    #expect(try fixture.results("out.sqlite").pictures.map(\.position) == [0, 1, 2])
    #expect(try XAIProcess.run(fixture.arguments("out.sqlite", "-q", "--heads")).status == 0)
    #expect(try fixture.results("out.sqlite") == reference())
  }

  /// A file size limit stands for a full disk: both fail in `write`.
  @Test func aFullDisk() throws {
    let reference = try reference()
    let command = fixture.arguments("out.sqlite", "-q", "--heads").map { "'\($0)'" }.joined(separator: " ")
    // Less than the whole takes, in kilobytes, and more than the tables do.
    let size =
      try FileManager.default.attributesOfItem(atPath: fixture.path("reference.sqlite"))[.size] as? Int
    let limit = try #require(size) / 1024 - 8
    let full = try XAIProcess.shell("ulimit -f \(limit); exec \"$XAI\" \(command)")
    #expect(full.status == 74, "\(full.errors)")
    #expect(full.errors.contains("out.sqlite") && full.errors.contains("Free space"))
    let kept = try fixture.results("out.sqlite").pictures
    #expect((1..<10).contains(kept.count), "\(kept.count)")
    #expect(kept.allSatisfy { $0 == reference.pictures[$0.position] })
    #expect(try XAIProcess.run(fixture.arguments("out.sqlite", "-q", "--heads")).status == 0)
    #expect(try fixture.results("out.sqlite") == reference)
    #expect(fixture.names == ["out.sqlite", "reference.sqlite"])
  }

  @Test func twoRunsAtOnce() throws {
    let running = try XAIProcess.start(fixture.arguments("out.sqlite", "-q", "--heads"))
    let end = Date().addingTimeInterval(60)
    while (try? fixture.results("out.sqlite").pictures.isEmpty) ?? true {
      try #require(Date() < end, "the run wrote nothing")
      usleep(1_000)
    }
    // Both the second run and reading while the first one works.
    let second = try XAIProcess.run(fixture.arguments("out.sqlite", "-q", "--heads"))
    let first = try XAIProcess.finish(running)
    #expect(first.status == 0, "\(first.errors)")
    // A slow machine may see the second one start when the first has ended.
    if second.status != 0 {
      #expect(
        second.status == 73 && second.errors.contains("another run writes it (process"), "\(second.errors)")
    }
    #expect(try fixture.results("out.sqlite").pictures.count == 10)
  }
}
