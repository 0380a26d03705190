import Foundation
import Testing

/// What a run of the command left.
struct CommandResult {
  let status: Int32
  let output: String
  let errors: String
}

/// The built `xai`, run as users run it.
enum XAIProcess {
  /// Beside the test bundle: both lie in the folder of built products.
  static let executable: String = {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    for _ in 0..<6 {
      folder.deleteLastPathComponent()
      let candidate = folder.appendingPathComponent("xai").path
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
        return candidate
      }
    }
    return "xai"
  }()

  /// Runs `xai` and waits for its end.
  static func run(_ arguments: String..., environment: [String: String] = [:]) throws -> CommandResult {
    try run(arguments, environment: environment)
  }

  static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> CommandResult {
    try finish(start(arguments, environment: environment))
  }

  /// Runs a line of bash in which `$XAI` is the command.
  static func shell(_ line: String) throws -> CommandResult {
    try finish(start(["-c", line], of: "/bin/bash", environment: ["XAI": executable]))
  }

  /// A run that is under way; its output goes to files, which never fill up as pipes do.
  final class Running {
    let process = Process()
    fileprivate let folder: TemporaryFolder

    fileprivate init() throws { folder = try TemporaryFolder() }

    /// A test that fails half-way leaves nothing running.
    deinit { if process.isRunning { process.terminate() } }
  }

  static func start(
    _ arguments: [String], of path: String = executable, environment: [String: String] = [:]
  ) throws -> Running {
    let running = try Running()
    running.process.executableURL = URL(fileURLWithPath: path)
    running.process.arguments = arguments
    // Two threads at most: tests run side by side.
    running.process.environment = ProcessInfo.processInfo.environment
      .merging(["COLUMNS": "80", "OMP_NUM_THREADS": "1"]) { $1 }.merging(environment) { $1 }
    running.process.standardOutput = try handle(running.folder.path("output"))
    running.process.standardError = try handle(running.folder.path("errors"))
    running.process.standardInput = FileHandle.nullDevice
    try running.process.run()
    return running
  }

  static func finish(_ running: Running) throws -> CommandResult {
    running.process.waitUntilExit()
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: running.folder.path(name))), as: UTF8.self)
    }
    let status = running.process.terminationStatus
    return CommandResult(status: status, output: try text("output"), errors: try text("errors"))
  }

  private static func handle(_ path: String) throws -> FileHandle {
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }
}

/// A folder that is removed with its content at the end of a test.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "xai-command-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  func names(in folder: String = "") -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []).sorted()
  }

  func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }
}

/// Small models of `Tests/Fixtures/models`.
enum FixtureModel {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/models")

  /// 16 × 16 pixels, a 4 × 4 grid, 3 layers of 3 heads, labels LABEL_0 to LABEL_6.
  static let vit = folder.appendingPathComponent("hf-vit").path
  /// 24 × 20 pixels, a 3 × 5 grid, labels such as "hammerhead, hammerhead shark".
  static let nonSquare = folder.appendingPathComponent("hf-vit-nonsquare").path
}

/// The folder of data that is not part of the repository, nil where the tests run without it.
let dataFolder = ProcessInfo.processInfo.environment["XAI_DATA"]
