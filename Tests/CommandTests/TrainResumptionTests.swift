import Foundation
import Testing
import XAIFigures
import XAIWeights

/// Runs that end before their time: the next one goes on, and ends in the same bytes.
@Suite(.serialized) struct TrainResumptionTests {
  /// The weights of a run that nothing stops.
  private func reference(_ fixture: TrainingFixture, _ more: String...) throws -> Data {
    let result = try XAIProcess.run(fixture.arguments("reference", "-q") + more)
    try #require(result.status == 0, "\(result.errors)")
    return try fixture.bytes("reference/model.safetensors")
  }

  /// The steps of the checkpoint; nil where there is none.
  private func checkpointStep(_ fixture: TrainingFixture) throws -> Int? {
    struct State: Decodable { let step: Int }
    guard fixture.folder.names(in: "out").contains("checkpoint.safetensors") else { return nil }
    let file = try SafetensorsFile(path: fixture.output("out/checkpoint.safetensors"))
    let text = try #require(file.metadata["swift-xai training state"])
    return try JSONDecoder().decode(State.self, from: Data(text.utf8)).step
  }

  /// Run n is killed at its n-th milestone: before and after each of its files, a checkpoint a step.
  @Test func killedAgainAndAgain() throws {
    let fixture = try TrainingFixture()
    // Without validations, which write a checkpoint of their own.
    let weights = try reference(fixture, "--validate-every", "1000")
    let arguments = fixture.arguments("out", "-q", "--checkpoint-every", "0", "--validate-every", "1000")
    var steps: [Int?] = []
    while true {
      let result = try XAIProcess.run(
        arguments, environment: Milestone.signal("KILL", at: "write", steps.count + 1))
      guard result.isKilled else {
        #expect(result.status == 0, "\(result.errors)")
        break
      }
      steps.append(try checkpointStep(fixture))
      try #require(steps.count < 40)
    }
    // Each run makes two milestones a step; the one before the last is killed among the files of the model.
    #expect(steps == [nil, 1, 2, 4, 6, 9, 12, 16, 20, 25, 30, 36, 42, 49, 56, 60])
    #expect(try fixture.bytes("out/model.safetensors") == weights)
    #expect(try fixture.bytes("out/history.csv") == fixture.bytes("reference/history.csv"))
    #expect(fixture.folder.names(in: "out").allSatisfy { !$0.hasPrefix("checkpoint") })
  }

  /// A training of three steps, killed at each milestone: before and after each of its files.
  @Test func killedAtEachWrite() throws {
    struct Line: Decodable { let event: String }
    let fixture = try TrainingFixture()
    let short = ["--epochs", "1", "--checkpoint-every", "0"]
    let whole = try XAIProcess.run(fixture.arguments("reference", "--json") + short)
    try #require(whole.status == 0, "\(whole.errors)")
    let events = try whole.output.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8)).event
    }
    let files = fixture.folder.names(in: "reference")
    // A file is a write, and so is each checkpoint, which the next one replaces and the last step removes.
    let writes = files.count + events.count { $0 == "checkpoint" }
    var kills = 0
    while true {
      try? FileManager.default.removeItem(atPath: fixture.output("out"))
      let arguments = fixture.arguments("out", "-q") + short
      let result = try XAIProcess.run(
        arguments, environment: Milestone.signal("KILL", at: "write", kills + 1))
      if result.isKilled { #expect(try XAIProcess.run(arguments).status == 0) }
      for file in files where !file.hasPrefix("training.") || file == "training.json" {
        #expect(
          try fixture.bytes("out/\(file)") == fixture.bytes("reference/\(file)"), "\(file), kill \(kills)")
      }
      #expect(fixture.folder.names(in: "out").filter { !$0.hasSuffix(".part") } == files, "kill \(kills)")
      guard result.isKilled else {
        #expect(result.status == 0, "\(result.errors)")
        break
      }
      kills += 1
      try #require(kills < 100)
    }
    #expect(kills == 2 * writes)
  }

  @Test(arguments: Milestone.requests) func aRequestToStop(signal: String) throws {
    let fixture = try TrainingFixture()
    let weights = try reference(fixture)
    let stopped = try XAIProcess.run(
      fixture.arguments("out", "--validate-every", "1000"),
      environment: Milestone.signal(signal, at: "result", 5))
    #expect(stopped.status == 130, "\(stopped.errors)")
    #expect(stopped.output.contains("the same command resumes from there"))
    #expect(
      fixture.folder.names(in: "out") == [
        "checkpoint.safetensors", "history.csv", "training.\(FigureFormat.preferred.fileExtension)",
      ])
    #expect(try checkpointStep(fixture) == 5)
    let rest = try XAIProcess.run(fixture.arguments("out", "--validate-every", "1000"))
    #expect(rest.status == 0 && rest.output.contains("resuming after step 5"), "\(rest.output)")
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
    let (pipe, barrier) = (try ReadPipe(), try Barrier())
    let running = try XAIProcess.start(
      fixture.arguments("out", "--json"), environment: barrier.environment(at: "result", 5),
      output: pipe.writer)
    try barrier.wait(for: running)
    pipe.closeReader()
    try barrier.open()
    #expect(try XAIProcess.finish(running).status == 141)
    // The fifth step's row of the history is the first line that can't be told.
    #expect(try checkpointStep(fixture) == 5)
    #expect(!fixture.folder.names(in: "out").contains("model.safetensors"))
  }

  @Test func aCheckpointThatIsNoneIsRefused() throws {
    let fixture = try TrainingFixture(images: 4)
    try fixture.folder.write("not a checkpoint".utf8, to: "out/checkpoint.safetensors")
    let result = try XAIProcess.run(fixture.arguments("out"))
    #expect(result.status == 65 && result.errors.contains("checkpoint.safetensors"))
    #expect(try XAIProcess.run(fixture.arguments("out", "-q", "--restart")).status == 0)
  }
}
