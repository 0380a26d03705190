import Testing

@testable import XAIHub

@Suite struct WebAddressTests {
  @Test("scheme, host and port tell servers apart, and no secret is shown")
  func origins() throws {
    let address = try #require(WebAddress("HTTPS://me:password@Hub.example/a/b?key=secret#part"))
    #expect(address.shown == "https://hub.example/a/b")
    #expect(address.origin == WebAddress("https://hub.example:443/other")?.origin)
    for other in ["http://hub.example", "https://hub.example:8443", "https://cdn.hub.example"] {
      #expect(address.origin != WebAddress(other)?.origin)
    }
    #expect(WebAddress("http://[::1]:8080/x")?.shown == "http://[::1]:8080/x")
    for text in [
      "", "/a", "hub.example", "file:///etc/passwd", "https://", "https://a b", "https://a\n",
      "https://a\u{7F}",
    ] {
      #expect(WebAddress(text) == nil, "\(text)")
    }
  }

  @Test("a redirect is relative to where it comes from")
  func redirects() throws {
    let address = try #require(WebAddress("https://hub.example/a/b?x=1"))
    #expect(address.redirected(to: "/c")?.text == "https://hub.example/c")
    #expect(address.redirected(to: "c?y=%2F")?.text == "https://hub.example/a/c?y=%2F")
    #expect(address.redirected(to: "//cdn.example/c")?.text == "https://cdn.example/c")
    #expect(address.redirected(to: "http://cdn.example/c")?.origin.scheme == "http")
    #expect(address.redirected(to: "file:///c") == nil)
  }

  @Test("no request goes on from https to http")
  func downgrades() throws {
    let (open, closed) = (
      try #require(WebAddress("http://a.example")), try #require(WebAddress("https://a.example"))
    )
    #expect(open.mayLead(to: open) && open.mayLead(to: closed) && closed.mayLead(to: closed))
    #expect(!closed.mayLead(to: open))
  }

  @Test("what is no part of a path is escaped")
  func escaping() {
    #expect(WebAddress.escaped("refs/pr/1") == "refs%2Fpr%2F1")
    #expect(WebAddress.escaped("a b?c#d%e") == "a%20b%3Fc%23d%25e")
    #expect(WebAddress.escaped("model-00001.x_y~z") == "model-00001.x_y~z")
    #expect(WebAddress.escaped("\u{e9}\n") == "%C3%A9%0A")
  }

  @Test("proxies are for other machines")
  func loopback() throws {
    for text in ["http://localhost:1", "http://127.0.0.1", "http://[::1]:2/x"] {
      #expect(try #require(WebAddress(text)).isLoopback)
    }
    #expect(try #require(WebAddress("http://10.0.0.1")).isLoopback == false)
  }
}
