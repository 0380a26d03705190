import Foundation
import Testing

/// Runs that end before their time: the next one goes on, and ends in the same bytes.
@Suite(.serialized) struct TrainResumptionTests {
  /// The weights of a run that nothing stops.
  private func reference(_ fixture: TrainingFixture) throws -> Data {
    let result = try XAIProcess.run(fixture.arguments("reference", "-q"))
    try #require(result.status == 0, "\(result.errors)")
    return try fixture.bytes("reference/model.safetensors")
  }

  @Test func killedAtRandomMoments() throws {
    let fixture = try TrainingFixture()
    let weights = try reference(fixture)
    let arguments = fixture.arguments("out", "-q", "--checkpoint-every", "0")
    var (kills, result) = (0, CommandResult(status: -1, output: "", errors: ""))
    for _ in 0..<200 {
      let running = try XAIProcess.start(arguments)
      // Early kills reach checkpoints and loading, late ones the end of the training.
      usleep(UInt32.random(in: 5_000...(kills < 12 ? 120_000 : 3_000_000)))
      if running.process.isRunning, kills < 15 {
        kill(running.process.processIdentifier, SIGKILL)
        kills += 1
        _ = try XAIProcess.finish(running)
        continue
      }
      result = try XAIProcess.finish(running)
      break
    }
    #expect(result.status == 0, "\(result.errors)")
    #expect(kills > 0)
    #expect(try fixture.bytes("out/model.safetensors") == weights)
    #expect(try fixture.bytes("out/history.csv") == fixture.bytes("reference/history.csv"))
    #expect(fixture.folder.names(in: "out").allSatisfy { !$0.hasPrefix("checkpoint") })
  }

  @Test(arguments: [SIGINT, SIGTERM]) func aRequestToStop(signal: Int32) throws {
    let fixture = try TrainingFixture()
    let weights = try reference(fixture)
    let running = try XAIProcess.start(
      fixture.arguments("out", "--checkpoint-every", "0", "--validate-every", "1000"))
    let end = Date().addingTimeInterval(60)
    while !fixture.folder.names(in: "out").contains("checkpoint.safetensors") {
      try #require(Date() < end, "the run wrote nothing")
      usleep(1_000)
    }
    kill(running.process.processIdentifier, signal)
    let stopped = try XAIProcess.finish(running)
    #expect(stopped.status == 130, "\(stopped.errors)")
    #expect(stopped.output.contains("the same command goes on from there"))
    #expect(fixture.folder.names(in: "out") == ["checkpoint.safetensors", "history.csv", "training.png"])
    let rest = try XAIProcess.run(fixture.arguments("out", "--validate-every", "1000"))
    #expect(rest.status == 0 && rest.output.contains("going on after step"))
    #expect(try fixture.bytes("out/model.safetensors") == weights)
  }

  /// A file size limit stands for a full disk: both fail in `write`.
  @Test func aFullDisk() throws {
    let fixture = try TrainingFixture()
    let weights = try reference(fixture)
    #expect(try XAIProcess.run(fixture.arguments("out", "-q", "--stop-after", "7steps")).status == 0)
    let checkpoint = try fixture.bytes("out/checkpoint.safetensors")
    let command = fixture.arguments("out", "--checkpoint-every", "0").map { "'\($0)'" }.joined(separator: " ")
    let full = try XAIProcess.shell("ulimit -f 4; exec \"$XAI\" \(command)")
    #expect(full.status == 74, "\(full.errors)")
    #expect(full.errors.contains("checkpoint.safetensors") && full.errors.contains("Free space"))
    #expect(try fixture.bytes("out/checkpoint.safetensors") == checkpoint)
    #expect(!fixture.folder.names(in: "out").contains { $0.hasSuffix(".part") })
    #expect(try XAIProcess.run(fixture.arguments("out", "-q")).status == 0)
    #expect(try fixture.bytes("out/model.safetensors") == weights)
  }

  @Test func aReaderThatGoesAwayStopsTheRunWithACheckpoint() throws {
    let fixture = try TrainingFixture()
    let command = fixture.arguments("out", "--json").map { "'\($0)'" }.joined(separator: " ")
    let result = try XAIProcess.shell("\"$XAI\" \(command) | true; echo ${PIPESTATUS[0]}")
    #expect(result.output == "141\n")
    #expect(!fixture.folder.names(in: "out").contains("model.safetensors"))
  }

  @Test func aCheckpointThatIsNoneIsRefused() throws {
    let fixture = try TrainingFixture(pictures: 4)
    try fixture.folder.write("not a checkpoint".utf8, to: "out/checkpoint.safetensors")
    let result = try XAIProcess.run(fixture.arguments("out"))
    #expect(result.status == 65 && result.errors.contains("checkpoint.safetensors"))
    #expect(try XAIProcess.run(fixture.arguments("out", "-q", "--restart")).status == 0)
  }
}
