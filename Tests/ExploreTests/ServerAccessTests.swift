import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAITesting

@testable import XAIExplore

/// Who may ask the server, for what, and that a path is no file.
struct ServerAccessTests {
  @Test func whoMayAsk() async throws {
    try await withServer { server, _ in
      let path = "/api/v1/session"
      let token = ["Authorization": "Bearer \(server.token)"]
      #expect(try await server.ask("GET", path).status == 200)
      #expect(try await server.ask("GET", "\(path)?token=\(server.token)", headers: [:]).status == 200)
      for headers in [[:], ["Authorization": "Bearer \(server.token)0"], ["Authorization": server.token]] {
        let answer = try await server.ask("GET", path, headers: headers)
        #expect(answer.status == 401)
        #expect(try errorKind(answer) == "unauthorised")
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
        #expect(try errorKind(answer) == "forbidden")
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

  @Test func tokensAreRandom() {
    let tokens = Set((0..<100).map { _ in ExploreServer.Configuration().token })
    #expect(tokens.count == 100)
    #expect(tokens.allSatisfy { $0.count == 32 })
    #expect(Access.areEqual("abc", "abc"))
    #expect(!Access.areEqual("abc", "abd"))
    #expect(!Access.areEqual("abc", "abcd"))
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
}
