import Foundation
import Testing
import XAIFoundation
import XAITesting

@testable import XAICommand

/// `xai download`, and models by their names in every command, against a hub on this machine.
@Suite struct DownloadTests {
  let server: ToyHub
  let folder: TemporaryFolder
  let environment: [String: String]
  let weights: [UInt8]
  let commit = String(repeating: "c", count: 40)
  /// What only requests for the weights themselves have in their path.
  let place = "model.safetensors?"

  init() throws {
    server = try ToyHub()
    folder = try TemporaryFolder()
    environment = [
      "HF_ENDPOINT": server.address, "HF_HOME": folder.path("home"), "HF_HUB_CACHE": "",
      "HUGGINGFACE_HUB_CACHE": "",
      "HF_HUB_OFFLINE": "", "TRANSFORMERS_OFFLINE": "", "HF_TOKEN": "", "HUGGING_FACE_HUB_TOKEN": "",
      "HF_TOKEN_PATH": "",
    ]
    let repository = ToyHub.Repository(files: try Self.files(of: FixtureModel.vit))
    weights = try #require(repository.files["model.safetensors"])
    server.add("toy/vit", repository)
  }

  private static func files(of path: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in ["config.json", "preprocessor_config.json", "model.safetensors"] {
      files[name] = Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")))
    }
    return files
  }

  private var repository: String { "home/hub/models--toy--vit" }
  private var partial: String {
    folder.path("\(repository)/blobs/\(ToyHub.etag("model.safetensors", weights)).incomplete")
  }

  private func run(_ arguments: String..., changes: [String: String] = [:]) throws -> CommandResult {
    try XAIProcess.run(arguments, environment: environment.merging(changes) { $1 })
  }

  private func size(of path: String) -> Int? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
  }

  /// Starts a download that is held after so many bytes of the weights, and waits until they are stored.
  private func start(heldAfter count: Int, _ arguments: [String] = ["download", "toy/vit"]) throws
    -> XAIProcess.Running
  {
    server.fail(place, .hold(after: count))
    let running = try XAIProcess.start(arguments, environment: environment)
    while size(of: partial) != count {
      try #require(running.process.isRunning, "the run ended before its download was held")
      usleep(1_000)
    }
    return running
  }

  @Test("says what was got, from where, how many bytes, and where it lies")
  func says() throws {
    let result = try run("download", "toy/vit")
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n").map(String.init)
    try #require(lines.count == 6)
    #expect(lines[0] == "toy/vit, commit \(commit)")
    for (line, name) in zip(lines[1...3], ["config.json", "preprocessor_config.json", "model.safetensors"]) {
      #expect(line.hasPrefix("  \(name)") && line.contains(" bytes"))
    }
    #expect(lines[4].hasSuffix("bytes from \(server.address)"))
    #expect(lines[5] == folder.path("\(repository)/snapshots/\(commit)"))
    #expect(result.errors.contains("toy/vit: 1 file"))
    let again = try run("download", "toy/vit")
    #expect(again.output.contains("was there") && again.output.contains("nothing new at \(server.address)"))
    #expect(again.errors == "")
    #expect(try run("download", "toy/vit", "-q").output == "")
  }

  @Test("--json is one line for each model")
  func json() throws {
    struct Summary: Decodable {
      struct File: Decodable {
        let name: String
        let bytes: Int
        let received: Int
      }
      let repository: String
      let commit: String
      let endpoint: String
      let folder: String
      let files: [File]
    }
    server.add("toy/other", ToyHub.Repository(files: try Self.files(of: FixtureModel.nonSquare)))
    let result = try run("download", "toy/vit", "toy/other@main", "--json")
    let summaries = try result.output.split(separator: "\n").map {
      try JSONDecoder().decode(Summary.self, from: Data($0.utf8))
    }
    #expect(summaries.map(\.repository) == ["toy/vit", "toy/other@main"])
    #expect(summaries[0].commit == commit && summaries[0].endpoint == server.address)
    #expect(summaries[0].files.allSatisfy { $0.received == $0.bytes && $0.bytes > 0 })
    #expect(summaries[0].folder == folder.path("\(repository)/snapshots/\(commit)"))
  }

  @Test("a model by its name is the model of its folder, to the last bit")
  func byName() throws {
    try folder.writeImage("photo.png", seed: 3)
    let image = folder.path("photo.png")
    let named = try run("explain", "-m", "toy/vit", image, "-e", "gmar", "-o", folder.path("named"))
    #expect(named.status == 0, "\(named.errors)")
    #expect(named.errors.contains("toy/vit: 1 file"))
    let count = server.requests.count
    let again = try run("explain", "-m", "toy/vit", image, "-e", "gmar", "-o", folder.path("again"))
    #expect(again.status == 0 && again.errors == "")
    let local = try run("explain", "-m", FixtureModel.vit, image, "-e", "gmar", "-o", folder.path("local"))
    #expect(local.status == 0)
    #expect(server.requests.count == count)
    for name in folder.names(in: "local") {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path("local/\(name)")))
      for other in ["named", "again"] {
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path("\(other)/\(name)"))) == bytes)
      }
    }
  }

  static let commands: [String] = {
    let all = ["inspect", "compare", "train", "bench", "check-gradients"]
    #if XAI_DATABASE
    return all + ["evaluate"]
    #else
    return all
    #endif
  }()

  @Test("every command that takes a model downloads it", arguments: commands)
  func everywhere(command: String) throws {
    try folder.writeImage("photos/a.png", seed: 3)
    try folder.writeImage("photos/b.png", seed: 4)
    let image = folder.path("photos/a.png")
    let arguments: [String] =
      switch command {
      case "inspect": ["toy/vit"]
      case "compare": ["-m", "toy/vit", image, "-e", "gmar", "-e", "random", "-o", folder.path("out")]
      case "evaluate":
        ["-m", "toy/vit", "-d", folder.path("photos"), "-o", folder.path("r.sqlite"), "--dry-run"]
      case "train": ["-m", "toy/vit", "-d", "shapes:size=16,train=4,validation=2", "-o", folder.path("out")]
      case "bench": ["--model", "toy/vit", "--quick", "--repeat", "1", "--batch", "1"]
      default: ["-m", "toy/vit", image]
      }
    // What they do then is tested elsewhere; here they need the weights.
    server.fail(place, .status(404))
    let result = try XAIProcess.run([command] + arguments, environment: environment)
    #expect(result.status == 66, "\(result.errors)")
    #expect(result.errors.contains("'toy/vit' has no 'model.safetensors'"))
  }

  @Test("an unsupported family is refused as its directory is, before a byte of its weights")
  func unsupported() throws {
    var files = try Self.files(of: FixtureModel.vit)
    files["config.json"] = Array(
      #"{"model_type": "resnet", "architectures": ["ResNetForImageClassification"]}"#.utf8)
    server.add("toy/resnet", ToyHub.Repository(files: files))
    for (name, bytes) in files { try folder.write(bytes, to: "resnet/\(name)") }
    let local = try run("inspect", folder.path("resnet"))
    let named = try run("inspect", "toy/resnet")
    let got = try run("download", "toy/resnet")
    #expect(local.status == 65 && named.status == 65 && got.status == 65)
    // The same but for the directory.
    let snapshot = folder.path("home/hub/models--toy--resnet/snapshots/\(commit)")
    func message(_ result: CommandResult) -> String {
      let line = result.errors.split(separator: "\n").first { $0.hasPrefix("Error:") } ?? ""
      return String(line).replacing(snapshot, with: "…").replacing(folder.path("resnet"), with: "…")
    }
    #expect(message(local).contains("a convolutional network"))
    #expect(message(named) == message(local) && message(got) == message(local))
    #expect(server.storeRequests.isEmpty)
    #expect(!server.requests.contains { $0.path.contains("model.safetensors") })
  }

  @Test("a rate is that of what this run received")
  func rate() {
    let rate = TransferRate()
    func text(_ megabytes: Int, at seconds: Double) -> String {
      rate.text(of: "f", byteCount: megabytes * 1_000_000, total: 300_000_000, at: seconds)
    }
    #expect(text(60, at: 3) == "f: 60.0 MB of 300.0 MB")
    #expect(text(60, at: 5) == "f: 60.0 MB of 300.0 MB")
    #expect(text(100, at: 5) == "f: 100.0 MB of 300.0 MB, 20.0 MB a second, 10 s left")
    // Begun anew.
    #expect(text(0, at: 6) == "f: 0 bytes of 300.0 MB")
    #expect(text(150, at: 7) == "f: 150.0 MB of 300.0 MB, 150.0 MB a second, 1 s left")
    #expect(rate.text(of: "g", byteCount: 1_500, total: 2_000_000_000, at: 9) == "g: 1.5 kB of 2.00 GB")
  }

  // MARK: - Interruptions

  @Test("a killed download is resumed by the next command, whichever it is")
  func killed() throws {
    let running = try start(heldAfter: 2_000)
    kill(running.process.processIdentifier, SIGKILL)
    #expect(try XAIProcess.finish(running).isKilled)
    #expect(size(of: partial) == 2_000)
    let result = try run("inspect", "toy/vit")
    #expect(result.status == 0, "\(result.errors)")
    #expect(server.storeRequests.map { $0.fields["range"] } == [nil, "bytes=2000-"])
  }

  @Test("Ctrl-C leaves what has come, and says so")
  func interrupted() throws {
    let running = try start(heldAfter: 1_000)
    kill(running.process.processIdentifier, SIGINT)
    let result = try XAIProcess.finish(running)
    #expect(result.status == 130)
    #expect(result.errors.contains("the same command resumes"))
    #expect(size(of: partial) == 1_000)
    #expect(try run("download", "toy/vit").output.contains("\(grouped(weights.count - 1_000)) came now"))
  }

  @Test("of two processes one downloads, and the other waits")
  func twoProcesses() throws {
    let first = try start(heldAfter: 1_500)
    let second = try XAIProcess.start(["download", "toy/vit"], environment: environment)
    // Held until the other one has said that it waits.
    while try !XAIProcess.errors(of: second).contains("another process") {
      try #require(second.process.isRunning)
      usleep(1_000)
    }
    server.release()
    #expect(try XAIProcess.finish(first).status == 0)
    let waited = try XAIProcess.finish(second)
    #expect(waited.status == 0 && waited.output.contains("was there"))
    #expect(server.storeRequests.count == 1)
  }

  @Test("a full disk keeps what fits, and the next run resumes")
  func fullDisk() throws {
    // A limit of the file's size stands for it: both fail in `write`.
    let settings = environment.map { "\($0)='\($1)'" }.joined(separator: " ")
    let result = try XAIProcess.shell("ulimit -f 8; \(settings) exec \"$XAI\" download toy/vit")
    #expect(result.status == 74, "\(result.errors)")
    #expect(result.errors.contains("Free space"))
    let kept = try #require(size(of: partial))
    #expect(kept > 0 && kept < weights.count)
    #expect(try run("download", "toy/vit").status == 0)
    #expect(server.storeRequests.last?.fields["range"] == "bytes=\(kept)-")
  }

  // MARK: - Errors

  @Test("what goes wrong has a status, and a text without the token")
  func errors() throws {
    func expect(_ result: CommandResult, _ status: Int32, _ text: String) {
      #expect(result.status == status && result.errors.contains(text), "\(result.errors)")
      #expect(!result.errors.contains("hf_secret"))
    }
    let token = ["HF_TOKEN": "hf_secret"]
    expect(try run("download", "toy/none"), 66, "set HF_TOKEN")
    expect(try run("download", "toy/none", changes: token), 66, "may not see it")
    expect(try run("download", "toy/vit@v9"), 66, "no branch, tag or commit 'v9'")
    expect(try run("download", "../vit"), 64, "not the name of a repository")
    expect(try run("inspect", "toy/none", changes: ["HF_HUB_OFFLINE": "1"]), 66, "HF_HUB_OFFLINE")
    expect(try run("inspect", "no such/thing/at all"), 66, "neither a directory nor the name of a repository")
    server.fail("/api", .status(403, ["X-Error-Code": "GatedRepo"]))
    expect(try run("download", "toy/vit", changes: token), 77, "is gated")
    let nowhere = ["HF_ENDPOINT": "http://127.0.0.1:1"]
    expect(try run("inspect", "toy/vit", changes: nowhere), 69, "can't be reached")
    expect(try run("download", "toy/vit", changes: ["HF_ENDPOINT": "nowhere"]), 64, "HF_ENDPOINT")
    server.fail(place, .damage, times: 2)
    expect(try run("download", "toy/vit", changes: token), 65, "should have the hash")
    // Of several, the others come, and the status is that of the first that didn't.
    let several = try run("download", "toy/none", "toy/vit", changes: token)
    expect(several, 66, "toy/none")
    #expect(several.output.contains("toy/vit, commit"))
  }
}
