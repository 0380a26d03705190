import Foundation
import Testing
import XAIImage

/// Runs that end before their time leave whole files or none.
@Suite(.serialized) struct InterruptionTests {
  /// A file size limit stands for a full disk: both fail in `write`.
  @Test func aFullDisk() throws {
    let folder = try TemporaryFolder()
    try folder.picture("photo.png", seed: 5)
    let result = try XAIProcess.shell(
      "ulimit -f 1; exec \"$XAI\" explain -m '\(FixtureModel.vit)' '\(folder.path("photo.png"))' "
        + "-o '\(folder.path("out"))' --montage --output-kind overlay")
    #expect(result.status == 74)
    #expect(result.errors.contains("montage.png") && result.errors.contains("Free space"))
    #expect(folder.names(in: "out").allSatisfy { $0.hasSuffix(".overlay.png") })
  }

  @Test(arguments: [SIGINT, SIGTERM]) func aRequestToStop(signal: Int32) throws {
    let folder = try TemporaryFolder()
    let running = try startLongRun(in: folder)
    try waitForFiles(in: folder)
    kill(running.process.processIdentifier, signal)
    let result = try XAIProcess.finish(running)
    #expect(result.status == 130)
    #expect(result.errors.contains("not done"))
    let names = folder.names(in: "out")
    #expect(names.count < Self.pictureCount)
    for name in names { #expect((try? folder.image("out/\(name)")) != nil, "\(name)") }
  }

  @Test("an explainer of a million passes is stopped between two of them")
  func aRequestToStopManyPasses() throws {
    let folder = try TemporaryFolder()
    try folder.picture("p.png", width: 64, height: 64)
    let running = try XAIProcess.start([
      "explain", "-m", FixtureModel.vit, folder.path("p.png"), "-e", "rise:masks=1000000", "-o",
      folder.path("out"),
    ])
    // The folder is made before the first pass.
    let end = Date().addingTimeInterval(60)
    while !FileManager.default.fileExists(atPath: folder.path("out")) {
      try #require(Date() < end, "the run made no folder")
      usleep(2_000)
    }
    usleep(300_000)
    #expect(running.process.isRunning)
    kill(running.process.processIdentifier, SIGINT)
    let start = Date()
    let result = try XAIProcess.finish(running)
    #expect(result.status == 130)
    #expect(Date().timeIntervalSince(start) < 20)
    #expect(folder.names(in: "out").isEmpty)
  }

  @Test func aKilledRunLeavesNoHalfFile() throws {
    let folder = try TemporaryFolder()
    let running = try startLongRun(in: folder)
    try waitForFiles(in: folder)
    kill(running.process.processIdentifier, SIGKILL)
    _ = try XAIProcess.finish(running)
    for name in folder.names(in: "out") where name.hasSuffix(".png") {
      #expect((try? folder.image("out/\(name)")) != nil, "\(name)")
    }
  }

  @Test func aReaderThatGoesAwayStopsTheRun() throws {
    let folder = try TemporaryFolder()
    for index in 0..<20 { try folder.picture("photos/p\(index).png", seed: index) }
    let result = try XAIProcess.shell(
      "\"$XAI\" explain -m '\(FixtureModel.vit)' '\(folder.path("photos"))' -o '\(folder.path("out"))' "
        + "--batch-size 1 | true; echo ${PIPESTATUS[0]}")
    #expect(result.output == "141\n")
    #expect(folder.names(in: "out").allSatisfy { $0.hasSuffix(".png") })
  }

  private static let pictureCount = 400

  private func startLongRun(in folder: TemporaryFolder) throws -> XAIProcess.Running {
    try folder.picture("p.png", width: 64, height: 64)
    try FileManager.default.createDirectory(atPath: folder.path("photos"), withIntermediateDirectories: true)
    for index in 0..<Self.pictureCount {
      try FileManager.default.linkItem(
        atPath: folder.path("p.png"), toPath: folder.path("photos/p\(index).png"))
    }
    return try XAIProcess.start([
      "explain", "-m", FixtureModel.vit, folder.path("photos"), "-o", folder.path("out"),
    ])
  }

  private func waitForFiles(in folder: TemporaryFolder) throws {
    let end = Date().addingTimeInterval(60)
    while folder.names(in: "out").count(where: { $0.hasSuffix(".png") }) < 3 {
      try #require(Date() < end, "the run wrote nothing")
      usleep(2_000)
    }
  }
}
