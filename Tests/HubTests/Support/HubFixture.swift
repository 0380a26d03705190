import Foundation
import Synchronization
import Testing
import XAIFoundation
import XAIHub
import XAITesting
import XAIWeights

/// A hub on this machine with a cache of its own, and time and disk as a test sets them.
final class HubFixture {
  let server: ToyHub
  let folder: URL
  var environment: [String: String]
  /// The pauses that were made, which take no time here.
  let pauses = Recorded<Double>()
  /// What downloads have told, in words.
  let events = Recorded<String>()
  var freeBytes = Int.max
  var seconds: @Sendable () -> Double = { 0 }

  init() throws {
    server = try ToyHub()
    folder = FileManager.default.temporaryDirectory.appending(path: "xai-hub-\(UUID().uuidString)")
    environment = ["HF_ENDPOINT": server.address, "HF_HOME": folder.path]
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  var hub: ModelHub {
    get throws {
      let (pauses, seconds, freeBytes) = (pauses, seconds, freeBytes)
      return try ModelHub(
        environment: environment, clock: HubClock(seconds: seconds, pause: { pauses.append($0) }),
        freeBytes: { _ in freeBytes })
    }
  }

  /// Notes what is told, except for progress.
  func observe(_ event: HubEvent) -> Bool {
    if case .progress = event { return true }
    events.append("\(event)")
    return true
  }

  @discardableResult
  func download(_ name: String) throws -> HubDownload {
    try hub.download(try #require(RepositoryID(name)), observer: observe)
  }

  /// The error of a download.
  func error(_ name: String = "toy/vit") -> HubError? {
    do {
      try download(name)
      Issue.record("nothing was thrown")
    } catch let error as HubError {
      return error
    } catch {
      Issue.record("\(error)")
    }
    return nil
  }

  /// The seconds of all pauses together, of which each is made of short ones.
  var paused: Double { (pauses.values.reduce(0, +) * 100).rounded() / 100 }

  // MARK: - The cache

  func path(_ name: String, of repository: String = "toy/vit") -> String {
    "\(folder.path)/hub/models--\(repository.replacing("/", with: "--"))/\(name)"
  }

  func bytes(_ name: String, of repository: String = "toy/vit") throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path(name, of: repository))))
  }

  func names(in name: String, of repository: String = "toy/vit") -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path(name, of: repository))) ?? []).sorted()
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    let url = URL(fileURLWithPath: path(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  /// The methods and paths of what came to the hub and to where large files lie.
  var asked: [String] { (server.requests + server.storeRequests).map { "\($0.method) \($0.path)" } }
}

/// Values that several threads note.
final class Recorded<Value: Sendable>: Sendable {
  private let guarded = Mutex<[Value]>([])
  var values: [Value] { guarded.withLock { $0 } }
  func append(_ value: Value) { guarded.withLock { $0.append(value) } }
}

/// Small models of `Tests/Fixtures`.
enum FixtureFiles {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures")

  /// The files of a model's folder, without what was expected of it.
  static func of(_ folder: String) throws -> [String: [UInt8]] {
    let url = root.appendingPathComponent(folder)
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: url.path)
    where !["expected.safetensors", "case.json", "photograph.png"].contains(name) {
      files[name] = Array(try Data(contentsOf: url.appendingPathComponent(name)))
    }
    return files
  }

  /// A repository with the smallest vision transformer, and what no model is read from.
  static func vit() throws -> ToyHub.Repository {
    var files = try of("models/hf-vit")
    files["README.md"] = Array("# A model".utf8)
    files["pytorch_model.bin"] = [0x80, 2, 3]
    return ToyHub.Repository(files: files)
  }
}
