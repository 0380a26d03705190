import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAITesting

@testable import XAIExplore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The server over real sockets: who may ask, what is refused, and what goes on whatever clients do.
struct ServerTests {
  private func withServer(
    _ configuration: ExploreServer.Configuration = .init(),
    _ body: (ExploreTestServer, ExploreFixture) async throws -> Void
  ) async throws {
    let fixture = try ExploreFixture()
    let server = try await ExploreTestServer(fixture.session, configuration)
    do {
      try await body(server, fixture)
    } catch {
      try await server.stop()
      throw error
    }
    try await server.stop()
  }

  private struct ErrorBody: Decodable {
    struct Content: Decodable {
      let kind: String
      let message: String
    }
    let error: Content
  }

  private func kind(_ answer: TestClient.Answer) throws -> String {
    try JSONDecoder().decode(ErrorBody.self, from: Data(answer.body)).error.kind
  }

  @Test func whoMayAsk() async throws {
    try await withServer { server, _ in
      let path = "/api/v1/session"
      let token = ["Authorization": "Bearer \(server.token)"]
      #expect(try await server.ask("GET", path).status == 200)
      #expect(try await server.ask("GET", "\(path)?token=\(server.token)", headers: [:]).status == 200)
      for headers in [[:], ["Authorization": "Bearer \(server.token)0"], ["Authorization": server.token]] {
        let answer = try await server.ask("GET", path, headers: headers)
        #expect(answer.status == 401)
        #expect(try kind(answer) == "unauthorised")
      }
      #expect(try await server.ask("GET", "\(path)?token=0", headers: [:]).status == 401)
      // A name of another site that leads here, as in DNS rebinding.
      for host in ["evil.example", "evil.example:\(server.port)", "127.0.0.1.evil.example", ""] {
        let answer = try await server.ask("GET", path, headers: token.merging(["Host": host]) { $1 })
        #expect([400, 403].contains(answer.status))
        #expect(!answer.text.contains("models"))
      }
      for host in ["localhost:\(server.port)", "127.0.0.1:\(server.port)", "LOCALHOST", "[::1]:1"] {
        #expect(
          try await server.ask("GET", path, headers: token.merging(["Host": host]) { $1 }).status == 200)
      }
      let own = ["Host": "localhost:\(server.port)", "Origin": "http://localhost:\(server.port)"]
      #expect(try await server.ask("GET", path, headers: token.merging(own) { $1 }).status == 200)
      for origin in ["http://evil.example", "null", "https://localhost:\(server.port)", "http://localhost"] {
        let headers = token.merging(["Host": "localhost:\(server.port)", "Origin": origin]) { $1 }
        let answer = try await server.ask("GET", path, headers: headers)
        #expect(answer.status == 403)
        #expect(try kind(answer) == "forbidden")
      }
    }
  }

  @Test func thePage() async throws {
    try await withServer { server, _ in
      let page = try await server.ask("GET", "/?token=\(server.token)", headers: [:])
      #expect(page.status == 200)
      #expect(page.headers["content-type"] == "text/html; charset=utf-8")
      #expect(page.headers["x-content-type-options"] == "nosniff")
      #expect(page.headers["referrer-policy"] == "no-referrer")
      #expect(page.headers["cache-control"] == "no-store")
      let policy = try #require(page.headers["content-security-policy"])
      #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self'; "))
      #expect(!policy.contains("unsafe"))
      #expect(try await server.ask("GET", "/", headers: [:]).status == 401)
      #expect(try await server.ask("GET", "/explore.js", headers: [:]).status == 200)
      let head = try await server.ask("HEAD", "/explore.css", headers: [:])
      #expect(head.status == 200)
      #expect(head.headers["content-length"] != "0")
      #expect(try await server.ask("POST", "/?token=\(server.token)", headers: [:]).status == 405)
    }
  }

  /// A path is a name of the API, and nothing of the file system.
  @Test(arguments: [
    "/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd",
    "/api/v1/images/..%2f..%2fetc/picture",
    "/api/v1/images//etc/passwd/picture", "/api/v2/session", "/api/v1", "/api/v1/nothing", "/explore.css/",
    "/api/v1/images/1/other", "/api/v1/images/%00/picture",
  ])
  func pathsThatAreNot(_ path: String) async throws {
    try await withServer { server, _ in
      let answer = try await server.ask("GET", path)
      #expect(answer.status == 404)
      #expect(!answer.text.contains("root:"))
    }
  }

  @Test func answersAreTheSessions() async throws {
    try await withServer { server, fixture in
      struct Map: Decodable {
        let scores: [Float]
        let kind: String
      }
      let answer = try await server.post("map", #"{"image": "1", "explainer": "attnlrp", "target": 2}"#)
      #expect(answer.status == 200)
      let map = try JSONDecoder().decode(Map.self, from: Data(answer.body))
      #expect(map.scores == (try fixture.attribution("attnlrp", target: 2).scores))
      #expect(map.kind == "signed")

      let said = try await server.post("answer", #"{"image": "1", "classes": [0, 1, 2, 3, 4]}"#)
      let told = try JSONDecoder().decode(ExploreAnswer.self, from: Data(said.body))
      #expect(told.asked.map(\.logit) == (try fixture.logits(try fixture.input)))

      struct Attention: Decodable {
        let rows: String
        let layers: Int
      }
      let rows = try await server.post("attention", #"{"image": "1", "row": 3}"#)
      let attention = try JSONDecoder().decode(Attention.self, from: Data(rows.body))
      let bytes = try #require(Data(base64Encoded: attention.rows))
      let expected = try await fixture.session.attention(image: "1", from: .patch(3)).rows
      let floats = bytes.withUnsafeBytes { raw in
        (0..<raw.count / 4).map {
          Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
        }
      }
      #expect(floats == expected)

      for (path, body) in [
        ("tokens", #"{"image": "1"}"#), ("lens", #"{"image": "1", "top": 2}"#),
        ("curves", #"{"image": "1", "explainer": "gmar", "fill": "tokens", "steps": 3}"#),
        ("agreement", #"{"image": "1", "maps": [{"explainer": "gmar"}, {"explainer": "grad-cam"}]}"#),
        ("code", #"{"image": "1", "explainer": "gmar"}"#),
        ("export", #"{"image": "1", "explainer": "gmar", "format": "svg", "style": {"alpha": 0.3}}"#),
      ] {
        let answer = try await server.post(path, body)
        #expect(answer.status == 200, "\(path): \(answer.text)")
        #expect(!answer.body.isEmpty)
      }
      for path in ["session", "images", "images/1/picture", "images/1/input", "classes?q=3&limit=2"] {
        #expect(try await server.ask("GET", "/api/v1/\(path)").status == 200)
      }
    }
  }

  @Test(arguments: [
    ("answer", "", 400, "bad-request"), ("answer", "[]", 400, "bad-request"),
    ("answer", "{\"image\": 1}", 400, "bad-request"), ("answer", "{}", 400, "bad-request"),
    ("answer", "{\"image\": \"1\", \"imag\": 2}", 400, "bad-request"),
    ("answer", "{\"image\": \"1\", \"image\": \"1\"}", 400, "bad-request"),
    ("answer", "{\"image\": \"1\", \"hidden\": [99]}", 400, "bad-request"),
    ("answer", "{\"image\": \"1\", \"hidden\": [1.5]}", 400, "bad-request"),
    ("answer", "{\"image\": \"1\", \"fill\": \"red\"}", 400, "bad-request"),
    ("answer", "{\"image\": \"1\", \"removedHeads\": [[1]]}", 400, "bad-request"),
    ("answer", "{\"image\": \"9\"}", 404, "not-found"),
    ("answer", "{\"image\": \"1\", \"model\": \"9\"}", 404, "not-found"),
    ("map", "{\"image\": \"1\", \"explainer\": \"gmra\"}", 404, "not-found"),
    ("map", "{\"image\": \"1\", \"explainer\": \"gmar:norm=l3\"}", 400, "bad-request"),
    ("map", "{\"image\": \"1\", \"explainer\": \"gmar\", \"target\": 77}", 400, "bad-request"),
    ("map", "{\"image\": \"1\", \"explainer\": \"occlusion\", \"against\": 1}", 422, "unsupported"),
    ("curves", "{\"image\": \"1\", \"explainer\": \"gmar\", \"steps\": 0}", 400, "bad-request"),
    ("attention", "{\"image\": \"1\", \"row\": 9}", 400, "bad-request"),
    ("texts", "{\"texts\": [\"a\"]}", 422, "unsupported"),
    ("export", "{\"image\": \"1\", \"explainer\": \"gmar\", \"format\": \"bmp\"}", 400, "bad-request"),
  ])
  func errorsByKind(_ path: String, _ body: String, _ status: Int, _ kind: String) async throws {
    try await withServer { server, _ in
      let answer = try await server.post(path, body)
      #expect(answer.status == status, "\(answer.text)")
      #expect(try self.kind(answer) == kind)
      #expect(try await server.ask("GET", "/api/v1/\(path)").status == 405)
    }
  }

  @Test func whatIsTooLarge() async throws {
    var configuration = ExploreServer.Configuration()
    configuration.uploadLimit = 100_000
    try await withServer(configuration) { server, _ in
      let long = Array(#"{"image": ""#.utf8) + [UInt8](repeating: 97, count: Responder.jsonLimit)
      let json = try await server.ask("POST", "/api/v1/answer", body: long)
      #expect(json.status == 413)
      #expect(try kind(json) == "too-large")
      let image = try await server.ask("POST", "/api/v1/images", body: [UInt8](repeating: 0, count: 100_001))
      #expect(image.status == 413)
      let deep = Array(repeatElement(UInt8(ascii: "["), count: 100_000))
      #expect(try await server.ask("POST", "/api/v1/answer", body: deep).status == 400)
      // Without a stated length as well.
      let token = server.token
      let status = try await waiting { [port = server.port] in
        let client = try TestClient(port: port)
        client.send(
          Array(
            "POST /api/v1/images HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\nTransfer-Encoding: chunked\r\n\r\n"
              .utf8))
        let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 1, count: 65_536) + Array("\r\n".utf8)
        for _ in 0..<3 { client.send(chunk) }
        client.send(Array("0\r\n\r\n".utf8))
        return try client.answer().status
      }
      #expect(status == 413)
      // Headers without end.
      let refused = try await waiting { [port = server.port] in
        let client = try TestClient(port: port)
        client.send(Array("GET / HTTP/1.1\r\nHost: localhost\r\n".utf8))
        let line = Array("X-A: \(String(repeating: "b", count: 8000))\r\n".utf8)
        for _ in 0..<100 where !client.send(line) { break }
        return (try? client.answer().status) ?? 400
      }
      #expect([400, 431].contains(refused))
      #expect(try await server.ask("GET", "/api/v1/session").status == 200)
    }
  }

  @Test func imagesThatAreSent() async throws {
    try await withServer { server, fixture in
      struct Entry: Decodable {
        let id: String
        let name: String
        let width: Int
        let height: Int
      }
      let sent = ExploreFixture.image(seed: 8, width: 30, height: 20)
      let token = ["Authorization": "Bearer \(server.token)"]
      let answer = try await server.ask(
        "POST", "/api/v1/images", headers: token.merging(["X-Name": "gr%C3%BCn %zz.png"]) { $1 },
        body: sent.png())
      #expect(answer.status == 201)
      let entry = try JSONDecoder().decode(Entry.self, from: Data(answer.body))
      #expect((entry.name, entry.width, entry.height) == ("grün %zz.png", 30, 20))
      let picture = try await server.ask("GET", "/api/v1/images/\(entry.id)/picture")
      #expect(try RGBImage(decoding: picture.body) == sent)
      let small = try await server.ask("GET", "/api/v1/images/\(entry.id)/picture?size=16")
      let thumbnail = try RGBImage(decoding: small.body)
      #expect((thumbnail.width, thumbnail.height) == (16, 10))
      for size in ["15", "1601", "x", ""] {
        #expect(try await server.ask("GET", "/api/v1/images/\(entry.id)/picture?size=\(size)").status == 400)
      }

      let text = try await server.ask("POST", "/api/v1/images", body: Array("hello".utf8))
      #expect(text.status == 415)
      #expect(try kind(text) == "unreadable")
      let half = try await server.ask("POST", "/api/v1/images", body: Array(sent.png().dropLast(40)))
      #expect(half.status == 415)
      #expect(fixture.session.images.all.count == 2)
    }
  }

  /// A photograph of 50 megapixels is taken; one whose header claims more pixels than are allowed isn't.
  @Test func largeImages() async throws {
    try await withServer { server, _ in
      let large = try RGBImage(width: 8192, height: 6144, filledWith: Colour(10, 200, 30)).jpeg(quality: 50)
      let answer = try await server.ask("POST", "/api/v1/images", body: large)
      #expect(answer.status == 201)
      let picture = try await server.ask("GET", "/api/v1/images/u1/picture")
      let shown = try RGBImage(decoding: picture.body)
      #expect((shown.width, shown.height) == (1600, 1200))
      #expect(try await server.post("answer", #"{"image": "u1"}"#).status == 200)
    }
    let fixture = try ExploreFixture()
    let session = ExploreSession(
      models: [ExploreModel(fixture.model, id: "0")], images: [], registry: fixture.registry, pixelLimit: 100)
    let server = try await ExploreTestServer(session)
    let answer = try await server.ask("POST", "/api/v1/images", body: fixture.image.png())
    #expect(answer.status == 413)
    try await server.stop()
  }

  @Test func aStreamTellsProgressAndTheMap() async throws {
    try await withServer { server, _ in
      let question = #"{"image": "1", "explainer": "rise:masks=64"}"#
      let stream = try await server.post("map/stream", question)
      #expect(stream.headers["content-type"] == "text/event-stream")
      let events = stream.text.components(separatedBy: "\n\n").filter { !$0.isEmpty }
      let last = try #require(events.last)
      #expect(last.hasPrefix("event: result\ndata: {"))
      #expect(events.dropLast().allSatisfy { $0.hasPrefix("event: progress\ndata: {\"fraction\":") })
      let map = try await server.post("map", question)
      #expect(last.dropFirst("event: result\ndata: ".count) == map.text)
      let curves = try await server.post("curves/stream", #"{"image": "1", "explainer": "gmar"}"#)
      #expect(curves.text.contains("event: progress\ndata: {\"fraction\":1}"))
      #expect(curves.text.contains("event: result\ndata: {\"centre\""))
      let failed = try await server.post("map/stream", #"{"image": "1", "explainer": "rise:masks=0"}"#)
      #expect(failed.text.hasPrefix("event: failed\ndata: {\"error\":{\"kind\":\"bad-request\""))
    }
  }

  /// Whoever closes the connection of a stream ends its work: the model is free for others.
  @Test func aClientThatGoesAwayEndsItsWork() async throws {
    try await withServer { server, fixture in
      let token = server.token
      for path in ["map/stream", "map"] {
        let client = try await waiting { [port = server.port] in
          let client = try TestClient(port: port)
          let body = #"{"image": "1", "explainer": "rise:masks=1000000"}"#
          client.send(
            Array(
              "POST /api/v1/\(path) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                .utf8))
          if path == "map/stream" { _ = client.receive() }
          return Sent(client)
        }
        let turns = fixture.session.models[0].turns
        while !turns.isTaken { await Task.yield() }
        client.client.close()
        // Never comes to its turn where the work goes on.
        try await turns.taking(by: "test") {}
      }
      #expect(try await server.post("answer", #"{"image": "1"}"#).status == 200)
    }
  }

  private final class Sent: @unchecked Sendable {
    let client: TestClient
    init(_ client: TestClient) { self.client = client }
  }

  /// Fifty clients at once, each over a connection of its own, and some that go away at once.
  @Test func fiftyClients() async throws {
    try await withServer { server, fixture in
      let expected = try fixture.attribution("gmar").scores
      struct Map: Decodable { let scores: [Float] }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<50 {
          group.addTask {
            if number % 5 == 0 {
              try await waiting { [port = server.port, token = server.token] in
                let client = try TestClient(port: port)
                client.send(
                  Array("POST /api/v1/map HTTP/1.1\r\nAuthorization: Bearer \(token)\r\nContent-Le".utf8))
                client.close()
              }
              return
            }
            let answer = try await server.post("map", #"{"image": "1", "explainer": "gmar"}"#)
            #expect(answer.status == 200)
            #expect(try JSONDecoder().decode(Map.self, from: Data(answer.body)).scores == expected)
          }
        }
        try await group.waitForAll()
      }
      #expect(try await server.ask("GET", "/api/v1/session").status == 200)
    }
  }

  /// One connection serves one request after the other.
  @Test func aConnectionIsKept() async throws {
    try await withServer { server, _ in
      let statuses = try await waiting { [port = server.port, token = server.token] in
        let client = try TestClient(port: port)
        return try ["session", "nothing", "images", "classes?limit=x", "session"].map {
          try client.ask("GET", "/api/v1/\($0)", headers: ["Authorization": "Bearer \(token)"]).status
        }
      }
      #expect(statuses == [200, 404, 200, 400, 200])
    }
  }

  /// No more connections than there may be: the next one waits for its turn, and is then served.
  @Test func connectionsAreBounded() async throws {
    var configuration = ExploreServer.Configuration()
    configuration.connectionLimit = 2
    try await withServer(configuration) { server, _ in
      let held = try await waiting { [port = server.port, token = server.token] in
        try (0..<2).map { _ in
          let client = try TestClient(port: port)
          let status = try client.ask(
            "GET", "/api/v1/session", headers: ["Authorization": "Bearer \(token)"]
          ).status
          #expect(status == 200)
          return Sent(client)
        }
      }
      async let third = server.ask("GET", "/api/v1/session")
      held[0].client.close()
      #expect(try await third.status == 200)
    }
  }

  @Test func aSecondServerOnThePortSaysSo() async throws {
    try await withServer { server, fixture in
      var configuration = ExploreServer.Configuration()
      configuration.port = server.port
      await #expect(throws: ExploreServerError.portTaken(server.port)) {
        try await ExploreServer(fixture.session, configuration).run { _ in
          Issue.record("two servers listen on one port")
        }
      }
    }
  }

  @Test func anAddressThatIsNotOurs() async throws {
    let fixture = try ExploreFixture()
    var configuration = ExploreServer.Configuration()
    configuration.host = "192.0.2.1"
    await #expect(throws: ExploreServerError.self) {
      try await ExploreServer(fixture.session, configuration).run { _ in }
    }
  }

  @Test func tokensAreRandom() {
    let tokens = Set((0..<100).map { _ in ExploreServer.Configuration().token })
    #expect(tokens.count == 100)
    #expect(tokens.allSatisfy { $0.count == 32 })
    #expect(Access.areEqual("abc", "abc"))
    #expect(!Access.areEqual("abc", "abd"))
    #expect(!Access.areEqual("abc", "abcd"))
  }
}
