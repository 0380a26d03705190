#if XAI_DATABASE
import Foundation
import Testing
import XAI

/// What the machine does to a run: faults that pass, other machines, weights that change, signals.
@Suite(.serialized) struct EvaluateFaultTests {
  private let fixture = EvaluationFixture()

  /// The arguments of an evaluation of images in a folder, of a small model.
  private func photographs(_ count: Int) throws -> [String] {
    let folder = try #require(fixture.folder)
    for index in 0..<count { try folder.writeImage("photos/\(index).png", seed: index) }
    return [
      "evaluate", "-m", FixtureModel.vit, "-d", folder.path("photos"), "-e", "gmar", "--metric",
      "average-drop",
      "-o", folder.path("r.sqlite"), "--shard", "none",
    ]
  }

  @Test("what could not be read is tried again, and failures are allowed on request")
  func failures() throws {
    let arguments = try photographs(6)
    let folder = try #require(fixture.folder)
    let (path, away) = (folder.path("photos/4.png"), folder.path("4.png"))
    try FileManager.default.moveItem(atPath: path, toPath: away)
    // Reading the start of a process's own memory is an input/output error.
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/proc/self/mem")
    let failed = try XAIProcess.run(arguments)
    #expect(failed.status == 65 && failed.errors.contains("the same command tries again"), "\(failed.errors)")
    #expect(try fixture.results("r.sqlite").images.map(\.isUnread) == (0..<6).map { $0 == 4 })
    let allowed = try XAIProcess.run(arguments + ["--allow-failures"])
    #expect(allowed.status == 0 && allowed.errors.contains("4.png"), "\(allowed.errors)")
    let merged = try XAIProcess.run("merge", folder.path("r.sqlite"), "-o", folder.path("m.sqlite"))
    #expect(merged.errors.contains("1 image could not be evaluated: 4.png"), "\(merged.errors)")
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.moveItem(atPath: away, toPath: path)
    let again = try XAIProcess.run(arguments)
    #expect(again.status == 0, "\(again.errors)")
    #expect(try fixture.results("r.sqlite").images.allSatisfy { $0.failure == nil })
  }

  @Test(
    "a shard on other kernels is refused at its start, and mixed on request",
    .enabled(if: KernelSelection.availableKernels.count > 1, "this build has one kind of kernels"))
  func kernels() throws {
    let kernels = KernelSelection.availableKernels
    func shard(_ number: Int, _ more: String...) throws -> CommandResult {
      try XAIProcess.run(
        Array(fixture.arguments("r.sqlite").dropLast(2)) + ["-q", "--shard", "\(number)/2", "--kernels"]
          + [kernels[number - 1]] + more)
    }
    #expect(try shard(1).status == 0)
    let refused = try shard(2)
    #expect(refused.status == 64, "\(refused.errors)")
    for text in ["r-shard-1-of-2.sqlite", "--kernels portable", "--mixed-kernels"] {
      #expect(refused.errors.contains(text), "\(refused.errors)")
    }
    #expect(fixture.names == ["r-shard-1-of-2.sqlite"])
    for number in 1...2 {
      let result = try shard(number, "--mixed-kernels", "--restart")
      #expect(result.status == 0, "\(result.errors)")
    }
    let paths = (1...2).map { fixture.path("r-shard-\($0)-of-2.sqlite") }
    #expect(try XAIProcess.run(["merge", "-q", "-o", fixture.path("all.sqlite")] + paths).status == 0)
    let report = try XAIProcess.run("report", fixture.path("all.sqlite"), "-f", "markdown")
    #expect(report.output.contains("Different kernels computed the images: 6 by "), "\(report.output)")
    #expect(report.output.contains("values differ by at most"), "\(report.output)")
  }

  @Test(
    "weights that are written over while they are used end the run, and what was kept is of the first ones")
  func weights() throws {
    let folder = try #require(fixture.folder)
    try FileManager.default.copyItem(atPath: FixtureModel.vit, toPath: folder.path("model"))
    var arguments = try photographs(9)
    arguments[2] = folder.path("model")
    let barrier = try Barrier()
    let running = try XAIProcess.start(arguments, environment: barrier.environment(at: "result", 5))
    try barrier.wait(for: running)
    let weights = URL(fileURLWithPath: folder.path("model/model.safetensors"))
    let bytes = try Data(contentsOf: weights)
    let file = try FileHandle(forWritingTo: weights)
    try file.write(contentsOf: bytes)
    try file.close()
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: weights.path)
    try barrier.open()
    let result = try XAIProcess.finish(running)
    #expect(result.status == 65, "\(result.errors)")
    #expect(result.errors.contains("model.safetensors: the weights were written over"), "\(result.errors)")
    #expect(try fixture.results("r.sqlite").images.count == 5)
  }

  @Test("a request to stop waits no longer for an image than it may", arguments: Milestone.requests)
  func grace(signal: String) throws {
    let arguments = fixture.arguments("r.sqlite", "--grace", "0")
    let result = try XAIProcess.run(arguments, environment: Milestone.signal(signal, at: "batch", 1))
    #expect(result.status == 130, "\(result.errors)")
    #expect(try fixture.results("r.sqlite").images.isEmpty)
    #expect(try XAIProcess.run(arguments).status == 0)
    #expect(try fixture.results("r.sqlite").images.count == 10)
  }

  @Test("more files are merged than may be open, and a merge that is stopped leaves nothing")
  func merging() throws {
    #expect(try XAIProcess.run(fixture.arguments("r.sqlite", "-q")).status == 0)
    for number in 0..<60 {
      try FileManager.default.copyItem(
        atPath: fixture.path("r.sqlite"), toPath: fixture.path("r-\(number).sqlite"))
    }
    let folder = try #require(fixture.folder).path("")
    let merged = try XAIProcess.shell(
      "cd '\(folder)' && ulimit -n 30 && exec \"$XAI\" merge r-*.sqlite -o all.sqlite")
    #expect(merged.status == 0 && merged.output.contains("10 images of 60 files"), "\(merged.errors)")
    let stopped = try XAIProcess.run(
      ["merge", "-o", fixture.path("other.sqlite")] + (0..<3).map { fixture.path("r-\($0).sqlite") },
      environment: Milestone.signal("TERM", at: "write", 3))
    #expect(stopped.status == 130, "\(stopped.errors)")
    #expect(!fixture.names.contains { $0.hasPrefix("other") })
  }
}
#endif
