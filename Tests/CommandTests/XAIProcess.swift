import Foundation
import Testing

/// What a run of the command left.
struct CommandResult {
  let status: Int32
  let output: String
  let errors: String
  /// Whether a signal that nothing can catch ended it, after which `status` is the signal's number.
  let isKilled: Bool
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

  /// Starts `xai`, or another program.
  ///
  /// - Parameter output: where standard output goes instead of to the result.
  static func start(
    _ arguments: [String], of path: String = executable, environment: [String: String] = [:],
    output: FileHandle? = nil
  ) throws -> Running {
    let running = try Running()
    running.process.executableURL = URL(fileURLWithPath: path)
    running.process.arguments = arguments
    // Two threads at most: tests run side by side. And none asks a hub that the test didn't make.
    running.process.environment = ProcessInfo.processInfo.environment
      .merging(["COLUMNS": "80", "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"]) { $1 }
      .merging(environment) { $1 }
    let file = try handle(running.folder.path("output"))
    running.process.standardOutput = output ?? file
    running.process.standardError = try handle(running.folder.path("errors"))
    running.process.standardInput = FileHandle.nullDevice
    try running.process.run()
    return running
  }

  /// What a run has written to standard error so far.
  static func errors(of running: Running) throws -> String {
    try String(contentsOfFile: running.folder.path("errors"), encoding: .utf8)
  }

  /// What a run that is under way has written so far.
  static func output(of running: Running) -> String {
    let file = URL(fileURLWithPath: running.folder.path("output"))
    return (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  static func finish(_ running: Running) throws -> CommandResult {
    running.process.waitUntilExit()
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: running.folder.path(name))), as: UTF8.self)
    }
    let status = running.process.terminationStatus
    return CommandResult(
      status: status, output: try text("output"), errors: try text("errors"),
      isKilled: running.process.terminationReason == .uncaughtSignal && status == SIGKILL)
  }

  private static func handle(_ path: String) throws -> FileHandle {
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }
}

// MARK: - Interruptions

/// Places of a run, as `XAITensor.TestMilestone` names them, and what happens there.
enum Milestone {
  /// The environment of a run that gets a signal at the n-th milestone, from nobody but itself: `KILL`, `INT` or `TERM`.
  static func signal(_ name: String, at milestone: String, _ count: Int) -> [String: String] {
    ["XAI_TEST_MILESTONE": "\(milestone):\(count):\(name)"]
  }

  /// The requests to stop.
  static let requests = ["INT", "TERM"]
}

/// Holds a run at a milestone, until it is opened.
final class Barrier {
  private let folder: TemporaryFolder
  private var path: String { folder.path("barrier") }

  init() throws { folder = try TemporaryFolder() }

  /// The environment of the run.
  func environment(at milestone: String, _ count: Int) -> [String: String] {
    Milestone.signal(path, at: milestone, count)
  }

  /// Waits until the run has come to the barrier; throws where it ends before.
  func wait(for running: XAIProcess.Running) throws {
    while !FileManager.default.fileExists(atPath: path) {
      try #require(running.process.isRunning, "the run ended before it came to the milestone")
      usleep(1_000)
    }
  }

  /// Lets the run continue.
  func open() throws { try FileManager.default.removeItem(atPath: path) }
}

/// A pipe whose reader goes away when the test says so.
final class ReadPipe {
  let writer: FileHandle
  private let reader: Int32
  private let folder = try? TemporaryFolder()

  init() throws {
    // A pipe with a name opens its ends so that no program inherits them that another test starts meanwhile.
    let path = try #require(folder).path("pipe")
    try #require(mkfifo(path, 0o600) == 0)
    reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    let writer = open(path, O_WRONLY | O_CLOEXEC)
    try #require(reader >= 0 && writer >= 0)
    self.writer = FileHandle(fileDescriptor: writer, closeOnDealloc: true)
  }

  /// A pipe whose reader has gone.
  static func broken() throws -> FileHandle {
    let pipe = try ReadPipe()
    pipe.closeReader()
    return pipe.writer
  }

  func closeReader() { close(reader) }
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
