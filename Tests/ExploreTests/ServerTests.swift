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

/// What is refused for its size, and what goes on whatever clients do.
struct ServerTests {
  @Test func whatIsTooLarge() async throws {
    var configuration = ExploreServer.Configuration()
    configuration.uploadLimit = 100_000
    try await withServer(configuration) { server, _ in
      let long = Array(#"{"image": ""#.utf8) + [UInt8](repeating: 97, count: Responder.jsonLimit)
      let json = try await server.ask("POST", "/api/v1/answer", body: long)
      #expect(json.status == 413)
      #expect(try errorKind(json) == "too-large")
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
        let turns = fixture.session.models[0].lanes[.long].turns
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
}
