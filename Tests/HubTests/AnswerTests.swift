import Foundation
import Testing
import XAIFoundation
import XAIHub
import XAITesting
import XAIWeights

/// What is made of the answers of a server that refuses, fails, leads elsewhere, or lies.
@Suite struct AnswerTests {
  let fixture: HubFixture
  let commit = String(repeating: "c", count: 40)
  let id: RepositoryID
  var address: String { fixture.server.address }

  init() throws {
    fixture = try HubFixture()
    fixture.server.add("toy/vit", try FixtureFiles.vit())
    id = try #require(RepositoryID("toy/vit"))
  }

  // MARK: - Tokens

  @Test(
    "the token comes from the variable, else from the file that a login left",
    arguments: [
      "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "file", "HF_TOKEN_PATH",
    ])
  func tokens(place: String) throws {
    var repository = try FixtureFiles.vit()
    repository.token = "hf_secret"
    fixture.server.add("toy/private", repository)
    let file =
      place == "file" ? fixture.folder.appending(path: "token") : fixture.folder.appending(path: "else/t")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    switch place {
    case "file": try "hf_secret\n".write(to: file, atomically: true, encoding: .utf8)
    case "HF_TOKEN_PATH":
      try " hf_secret ".write(to: file, atomically: true, encoding: .utf8)
      fixture.environment[place] = file.path
    default: fixture.environment[place] = "hf_secret\n"
    }
    try fixture.download("toy/private")
    #expect(fixture.server.requests.allSatisfy { $0.fields["authorization"] == "Bearer hf_secret" })
    // Where large files lie is another server, which is none of the token's business.
    #expect(fixture.server.storeRequests.count == 1)
    #expect(fixture.server.storeRequests.allSatisfy { $0.fields["authorization"] == nil })
    fixture.environment["HF_HUB_DISABLE_IMPLICIT_TOKEN"] = "1"
    #expect(fixture.error("toy/private") != nil)
    #expect(fixture.server.requests.last?.fields["authorization"] == nil)
  }

  @Test("the token doesn't follow a redirect to another server")
  func tokenStays() throws {
    let other = try ToyHub()
    other.add("toy/vit", try FixtureFiles.vit())
    fixture.environment["HF_TOKEN"] = "hf_secret"
    fixture.server.fail(
      "/api/models", .status(307, ["Location": "\(other.address)/api/models/toy/vit/revision/main"]))
    try fixture.download("toy/vit")
    #expect(other.requests.count == 1 && other.requests[0].fields["authorization"] == nil)
    #expect(fixture.server.requests.allSatisfy { $0.fields["authorization"] != nil })
    // Within the server it does: a repository that has a new name is found by the old one.
    fixture.server.fail("/api/models/old", .status(307, ["Location": "/api/models/toy/vit/revision/main"]))
    fixture.server.add("old/vit", try FixtureFiles.vit())
    try fixture.download("old/vit")
    #expect(fixture.server.requests.allSatisfy { $0.fields["authorization"] == "Bearer hf_secret" })
  }

  @Test("a token that would write lines of its own is refused")
  func wrongToken() throws {
    for token in ["hf_a\r\nHost: other", "hf a", "hf_\u{e9}"] {
      fixture.environment["HF_TOKEN"] = token
      guard case .unusableSetting("HF_TOKEN", _)? = fixture.error() else {
        Issue.record("another error")
        continue
      }
    }
    #expect(fixture.asked.isEmpty)
  }

  @Test(
    "settings that can't be used are named",
    arguments: [
      ("HF_ENDPOINT", "ftp://a"), ("HF_ENDPOINT", "no address"), ("HF_HUB_DOWNLOAD_TIMEOUT", "soon"),
      ("HF_HUB_ETAG_TIMEOUT", "-1"),
    ])
  func settings(variable: String, value: String) throws {
    fixture.environment[variable] = value
    guard case .unusableSetting(variable, _)? = fixture.error() else {
      Issue.record("another error")
      return
    }
  }

  // MARK: - Refusals

  @Test("what a server refuses with is said")
  func refusals() throws {
    let none = try #require(RepositoryID("toy/none"))
    #expect(fixture.error("toy/none") == .noRepository(none, address: address, hasToken: false))
    var gated = try FixtureFiles.vit()
    gated.isGated = true
    fixture.server.add("toy/gated", gated)
    let gatedID = try #require(RepositoryID("toy/gated"))
    #expect(fixture.error("toy/gated") == .gated(gatedID, address: address, hasToken: false))
    fixture.environment["HF_TOKEN"] = "hf_wrong"
    #expect(fixture.error("toy/none") == .noRepository(none, address: address, hasToken: true))
    #expect(fixture.error("toy/gated") == .gated(gatedID, address: address, hasToken: true))
    fixture.server.fail(
      "/api", .status(401, ["X-Error-Message": "Invalid credentials in Authorization header"]))
    guard case .refused(id, _, 401, _)? = fixture.error() else {
      Issue.record("another error")
      return
    }
    fixture.server.fail("/api", .status(403, ["X-Error-Message": "Your token has no such permission"]))
    guard case .refused(id, _, 403, let words)? = fixture.error() else {
      Issue.record("another error")
      return
    }
    #expect(words.contains("permission"))
    #expect(fixture.pauses.values.isEmpty)
    // No text has the token in it.
    for name in ["toy/none", "toy/gated"] {
      #expect("\(fixture.error(name), default: "")".contains("hf_wrong") == false)
    }
  }

  @Test("a file that is listed and isn't there is named")
  func missingFile() throws {
    fixture.server.fail(
      "resolve/\(commit)/model.safetensors", .status(404, ["X-Error-Code": "EntryNotFound"]), method: "HEAD")
    #expect(fixture.error() == .noFile("model.safetensors", in: id))
    fixture.server.fail("model.safetensors?", .status(404))
    #expect(fixture.error() == .noFile("model.safetensors", in: id))
  }

  @Test(
    "a shard that isn't in the repository, or lies elsewhere, is named",
    arguments: ["x.safetensors", "../../x.safetensors", "/etc/passwd"])
  func shards(name: String) throws {
    var files = try FixtureFiles.of("models/hf-vit-sharded-bf16")
    files["model.safetensors.index.json"] = Array(#"{"weight_map": {"a": "\#(name)"}}"#.utf8)
    fixture.server.add("toy/shards", ToyHub.Repository(files: files))
    do {
      try fixture.download("toy/shards")
      Issue.record("nothing was thrown")
    } catch let error as HubError {
      #expect(error == .noFile(name, in: try #require(RepositoryID("toy/shards"))) && !name.contains("/"))
    } catch let error as WeightStoreError {
      guard case .unsafeShardName = error else {
        Issue.record("\(error)")
        return
      }
    }
    #expect(fixture.server.storeRequests.isEmpty)
  }

  // MARK: - Failures

  @Test(
    "a server that has too much to do is asked again when it says",
    arguments: [
      ["Retry-After": "7"], ["RateLimit": #""api";r=0;t=7"#],
    ])
  func tooManyRequests(fields: [String: String]) throws {
    fixture.server.fail("/api", .status(429, fields))
    try fixture.download("toy/vit")
    #expect(fixture.paused == 7)
    fixture.server.fail("/api", .status(429, ["Retry-After": "86400"]))
    #expect(fixture.error() == .tooManyRequests(address: address, seconds: 86_400))
  }

  @Test("a server that fails is asked again, and given up in the end", arguments: [500, 502, 503, 504])
  func failures(status: Int) throws {
    fixture.server.fail("/api", .status(status), times: 2)
    fixture.server.fail("model.safetensors?", .status(status))
    try fixture.download("toy/vit")
    #expect(fixture.paused == 4)
    fixture.server.fail("/api", .status(status), times: 5)
    guard case .failed(_, status, _)? = fixture.error() else {
      Issue.record("another error")
      return
    }
    #expect(fixture.server.requests.filter { $0.path.contains("/api") }.count == 3 + 5)
  }

  @Test(
    "where nobody listens, or the name leads nowhere, it is said at once",
    arguments: ["http://127.0.0.1:1", "http://nowhere.invalid"])
  func unreachable(endpoint: String) throws {
    fixture.environment["HF_ENDPOINT"] = endpoint
    fixture.environment["HF_HUB_ETAG_TIMEOUT"] = "2"
    guard case .unreachable(let address, let reason)? = fixture.error() else {
      Issue.record("another error")
      return
    }
    #expect(address == endpoint && !reason.isEmpty)
    #expect(fixture.pauses.values.isEmpty)
  }

  // MARK: - Lies

  @Test(
    "an answer that isn't a hub's is said to be none",
    arguments: [
      "", "<html>log in</html>", "[]", "{}", #"{"sha": "../../../etc", "siblings": []}"#,
      #"{"sha": "cccccccccccccccccccccccccccccccccccccccc"}"#, #"{"sha": 1, "siblings": []}"#,
      String(repeating: "[", count: 100_000),
    ])
  func notAHub(body: String) throws {
    fixture.server.fail("/api", .body(Array(body.utf8)))
    guard case .notAHub? = fixture.error() else {
      Issue.record("another error")
      return
    }
    #expect(FileSystem.kind(of: fixture.path("")) == nil)
  }

  @Test("an answer without end is no listing")
  func endless() throws {
    fixture.server.fail("/api", .body([UInt8](repeating: UInt8(ascii: " "), count: (16 << 20) + 1)))
    guard case .notAHub(_, let reason)? = fixture.error() else {
      Issue.record("another error")
      return
    }
    #expect(reason.contains("16777216 bytes"))
  }

  @Test(
    "what a server calls a content never leads out of the cache",
    arguments: [
      #""../../../../evil""#, #""/etc/passwd""#, #""..""#, #""""#, #""a/b""#, #"".hidden""#,
      String(repeating: "a", count: 300),
    ])
  func hostileEtag(etag: String) throws {
    fixture.server.fail("config.json", .fields(["ETag": etag]), method: "HEAD")
    guard case .notAHub? = fixture.error() else {
      Issue.record("another error")
      return
    }
    #expect(FileSystem.kind(of: fixture.path("")) == nil)
  }

  @Test("another commit than was asked for isn't taken", arguments: ["d", "../../"])
  func otherCommit(text: String) throws {
    let commit = text == "d" ? String(repeating: text, count: 40) : text
    fixture.server.fail("config.json", .fields(["X-Repo-Commit": commit]), method: "HEAD")
    guard case .notAHub? = fixture.error() else {
      Issue.record("another error")
      return
    }
  }

  @Test("names of files that lead elsewhere are passed over")
  func hostileNames() throws {
    // Each but one would be another file of weights.
    let names = [
      "../../evil.safetensors", "/etc/evil.safetensors", "a/evil.safetensors", ".evil.safetensors",
      "b\\\\evil.safetensors", "x\\u0000evil.safetensors", "config.json", "preprocessor_config.json",
      "good.safetensors",
    ]
    let siblings = names.map { #"{"rfilename": "\#($0)"}"# }.joined(separator: ",")
    var repository = try FixtureFiles.vit()
    repository.files["good.safetensors"] = repository.files.removeValue(forKey: "model.safetensors")
    fixture.server.add("toy/vit", repository)
    fixture.server.fail(
      "/api", .body(Array(#"{"sha": "\#(commit)", "siblings": [\#(siblings), 3, {}]}"#.utf8)))
    let download = try fixture.download("toy/vit")
    #expect(
      download.files.map(\.name) == ["config.json", "preprocessor_config.json", "good.safetensors"])
    #expect(!fixture.asked.contains { $0.contains("evil") })
  }

  @Test("a redirect to what is no address of the web, or in a circle, ends there")
  func redirects() throws {
    for location in ["file:///etc/passwd", "ftp://a/b", "gopher://a", "http://", "http://a b/"] {
      fixture.server.fail("/api", .status(302, ["Location": location]))
      guard case .unsafeRedirect? = fixture.error() else {
        Issue.record("another error for \(location)")
        continue
      }
    }
    fixture.server.fail("/api", .status(302, ["Location": "/api/models/toy/vit/revision/main"]), times: 50)
    guard case .notAHub(_, let reason)? = fixture.error() else {
      Issue.record("another error")
      return
    }
    #expect(reason.contains("redirects"))
  }

  @Test(
    "names of repositories lead nowhere else",
    arguments: [
      "../x", "a/../b", "a/b/c", "a--b", "-a/b", "a/b@../c", "a/b@", "a b", "a/b@x y", "hf-hub:../x", "a/b?c",
      "a/%2e%2e",
    ])
  func names(text: String) {
    #expect(RepositoryID(text) == nil)
  }

  @Test("what is secret of an address is never shown")
  func secrets() throws {
    fixture.environment["HF_ENDPOINT"] = "http://me:password@127.0.0.1:1/mirror?key=secret"
    let text = "\(fixture.error(), default: "")"
    #expect(text.contains("127.0.0.1:1") && !text.contains("password") && !text.contains("secret"))
  }

  @Test("every error says what to do")
  func texts() {
    let errors: [HubError] = [
      .noCurl(reason: "r"), .unusableSetting(variable: "v", reason: "r"),
      .offline(repository: id, cache: "c"),
      .unreachable(address: "a", reason: "r"), .untrusted(address: "a", reason: "r"),
      .failed(address: "a", status: 500, reason: ""), .tooManyRequests(address: "a", seconds: 1),
      .cut(file: "f", byteCount: 1, of: 2, reason: "r"), .notAHub(address: "a", reason: "r"),
      .unsafeRedirect(from: "a", to: "b"), .noRepository(id, address: "a", hasToken: false),
      .noRevision(id, address: "a"), .gated(id, address: "a", hasToken: true),
      .refused(id, address: "a", status: 403, reason: ""), .notAModel(id, found: nil), .noFile("f", in: id),
      .wrongSize(file: "f", stated: 1, found: 2), .wrongHash(file: "f", stated: "s", found: "f"),
      .noRoom(folder: "f", needed: 2, free: 1),
    ]
    for error in errors {
      #expect(error.localizedDescription == error.description)
      #expect(
        error.description.contains(#/(?:Check|Install|Correct|Unset|Try|try|Name|Do that|Free|resumes)/#),
        "\(error)")
    }
  }
}
