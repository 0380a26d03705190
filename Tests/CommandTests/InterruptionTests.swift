import Foundation
import Testing
import XAIImage

/// Runs that end before their time leave whole files or none.
@Suite(.serialized) struct InterruptionTests {
  /// A file size limit stands for a full disk: both fail in `write`.
  @Test func aFullDisk() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png", seed: 5)
    let result = try XAIProcess.shell(
      "ulimit -f 1; exec \"$XAI\" explain -m '\(FixtureModel.vit)' '\(folder.path("photo.png"))' "
        + "-o '\(folder.path("out"))' --montage --output-kind overlay --view model --no-colour-bar")
    #expect(result.status == 74)
    #expect(result.errors.contains("montage.") && result.errors.contains("Free space"))
    #expect(folder.names(in: "out").allSatisfy { $0.hasSuffix(".overlay.png") })
  }

  @Test(arguments: Milestone.requests) func aRequestToStop(signal: String) throws {
    let folder = try TemporaryFolder()
    let result = try XAIProcess.run(
      explain(images: 10, in: folder), environment: Milestone.signal(signal, at: "result", 3))
    #expect(result.status == 130)
    #expect(result.errors.contains("3 of 10 images explained, 7 not done"), "\(result.errors)")
    let names = folder.names(in: "out")
    #expect(names.count == 3)
    for name in names { #expect((try? folder.image("out/\(name)")) != nil, "\(name)") }
  }

  @Test("an explainer of many passes is stopped between two of them", arguments: Milestone.requests)
  func aRequestToStopManyPasses(signal: String) throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("p.png", width: 64, height: 64)
    let result = try XAIProcess.run(
      [
        "explain", "-m", FixtureModel.vit, folder.path("p.png"), "-e", "rise:masks=2000", "-o",
        folder.path("out"),
      ], environment: Milestone.signal(signal, at: "passes", 2))
    #expect(result.status == 130)
    #expect(folder.names(in: "out").isEmpty)
  }

  /// Killed at each milestone: before and after each file.
  @Test func aKilledRunLeavesNoHalfFile() throws {
    for number in 1...7 {
      let folder = try TemporaryFolder()
      let result = try XAIProcess.run(
        explain(images: 3, in: folder), environment: Milestone.signal("KILL", at: "write", number))
      #expect(result.isKilled == (number < 7), "milestone \(number)")
      let names = folder.names(in: "out").filter { $0.hasSuffix(".png") }
      #expect(names.count == number / 2, "milestone \(number)")
      for name in names { #expect((try? folder.image("out/\(name)")) != nil, "\(name)") }
    }
  }

  @Test func aReaderThatGoesAwayStopsTheRun() throws {
    let folder = try TemporaryFolder()
    let running = try XAIProcess.start(
      explain(images: 20, in: folder) + ["--batch-size", "1"], output: ReadPipe.broken())
    #expect(try XAIProcess.finish(running).status == 141)
    // The first image's files are written before they are told.
    let names = folder.names(in: "out")
    #expect(names.count == 1 && names.allSatisfy { $0.hasSuffix(".png") })
  }

  /// The arguments of a run of so many images, which have a file each.
  private func explain(images count: Int, in folder: TemporaryFolder) throws -> [String] {
    for index in 0..<count {
      try folder.writeImage("photos/p\(index).png", seed: index, width: 64, height: 64)
    }
    return ["explain", "-m", FixtureModel.vit, folder.path("photos"), "-o", folder.path("out")]
  }
}
