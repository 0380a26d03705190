import Foundation
import XAI

/// What a program printed, and how it ended.
struct ProgramResult {
  let status: Int32
  let output: String
}

/// Programs and folders of this package, as they were built beside the tests.
enum Programs {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let model = root.appendingPathComponent("Tests/Fixtures/models/hf-vit").path

  /// Runs a program that was built with the tests: it lies beside the test runner.
  static func run(_ name: String, _ arguments: [String], in folder: URL? = nil) throws -> ProgramResult {
    #if os(Linux)
    let runner = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let programs = URL(fileURLWithPath: runner).deletingLastPathComponent()
    #else
    let programs =
      Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
      .deletingLastPathComponent() ?? Bundle.main.bundleURL
    #endif
    return try run(at: programs.appendingPathComponent(name), arguments, in: folder)
  }

  /// Runs a program and waits for it; its output and errors come back together.
  static func run(
    at program: URL, _ arguments: [String], in folder: URL? = nil, environment: [String: String] = [:]
  ) throws -> ProgramResult {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return ProgramResult(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
  }
}

/// A folder that is gone after its use.
func withTemporaryFolder<R>(_ body: (URL) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "xai-examples-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

/// Writes an image of 40 × 30 pixels: a bright disc on a slope of colours.
func writeScene(to path: String) throws {
  let (width, height) = (40, 30)
  let pixels = (0..<width * height).flatMap { index -> [UInt8] in
    let (x, y) = (index % width, index / width)
    let isDisc = (x - 12) * (x - 12) + (y - 17) * (y - 17) < 50
    return isDisc ? [250, 220, 40] : [UInt8(5 * x), UInt8(8 * y), 90]
  }
  try RGBImage(width: width, height: height, pixels: pixels).write(to: path)
}
