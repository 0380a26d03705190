import Foundation
import Testing

/// The package of `Examples/ThirdPartyPlugin`: built from nothing, its tests run, its command used.
///
/// Building a second package takes minutes, so plain `swift test` leaves it out; `make test` sets the variable.
@Suite(
  .enabled(
    if: ProcessInfo.processInfo.environment["XAI_TEST_PACKAGES"] == "1",
    "XAI_TEST_PACKAGES=1 also builds and tests Examples/ThirdPartyPlugin, which takes minutes"))
struct ThirdPartyPackageTests {
  private let folder = Programs.root.appendingPathComponent("Examples/ThirdPartyPlugin")
  private let scratch = Programs.root.appendingPathComponent(".build/third-party")

  @Test func testsPassAndTheCommandKnowsThePlugins() throws {
    let env = URL(fileURLWithPath: "/usr/bin/env")
    let tests = try Programs.run(at: env, ["swift", "test", "--scratch-path", scratch.path], in: folder)
    try #require(tests.status == 0, "\(tests.output.suffix(4_000))")

    let command = scratch.appendingPathComponent("debug/my-xai")
    let list = try Programs.run(at: command, ["list"])
    #expect(list.status == 0)
    for id in [
      "token-length", "hires-cam", "grad-sam", "torchvision-vit", "rotary-vit", "cosine-vit", "zero-shot-vit",
      "centre-distance", "cifar-10",
    ] {
      #expect(list.output.contains(id), "\(id)")
    }

    try withTemporaryFolder { output in
      let scene = output.path + "/scene.png"
      try writeScene(to: scene)
      let model = folder.appendingPathComponent("Tests/Fixtures/torchvision-vit").path
      let result = try Programs.run(
        at: command,
        ["explain", "-m", model, scene, "-e", "token-length:layer=0", "-t", "2", "-o", output.path])
      #expect(result.status == 0, "\(result.output)")
      let overlays = try FileManager.default.contentsOfDirectory(atPath: output.path).filter {
        $0.hasPrefix("scene.token-length") && $0.hasSuffix(".2.overlay.png")
      }
      #expect(overlays.count == 1, "\(result.output)")
    }
  }
}
