import HTTPTypes
import HummingbirdCore
import XAIFoundation

/// Who may ask: whoever knows the token, by a name of this server, from a page of this server.
struct Access: Sendable {
  /// What has to be known.
  let token: String
  /// The names by which the server may be asked, in small letters and without a port; nil for any.
  let names: Set<String>?

  /// The access to a server that listens on an address: by any name where that is every address of the machine.
  init(token: String, host: String) {
    self.token = token
    let isEverywhere = ["0.0.0.0", "::", "[::]", ""].contains(host)
    names = isEverywhere ? nil : ["127.0.0.1", "localhost", "[::1]", host.lowercased()]
  }

  /// Throws for a request that isn't meant for this server, or from elsewhere.
  ///
  /// A page of another site may have its own name lead to this machine (DNS rebinding): its requests carry that name as
  /// their host. A browser says as `Origin` which page a request comes from.
  func checkOrigin(_ request: Request) throws(ExploreError) {
    let host = (request.head.authority ?? "").lowercased()
    if let names, !names.contains(Self.name(ofHost: host)) {
      throw ExploreError(
        .forbidden,
        "this server isn't called '\(printable(host))'; use the address that it was started with")
    }
    guard let origin = request.headers[.origin] else { return }
    guard origin.lowercased() == "http://\(host)" else {
      throw ExploreError(.forbidden, "requests from pages of '\(printable(origin))' aren't answered")
    }
  }

  /// Throws where the token is missing or wrong.
  ///
  /// It is a header's, `Authorization: Bearer …`, or where a browser sends none, the address's: `?token=…`.
  func checkToken(_ request: Request) throws(ExploreError) {
    let header = request.headers[.authorization].flatMap { value in
      value.lowercased().hasPrefix("bearer ") ? String(value.dropFirst(7)) : nil
    }
    let given = header ?? request.uri.queryParameters["token"].map { String($0) }
    guard let given else {
      throw ExploreError(
        .unauthorised,
        "the token is missing; open the address that was printed at the start, token and all, or send 'Authorization: Bearer TOKEN'"
      )
    }
    guard Self.areEqual(given, token) else {
      throw ExploreError(
        .unauthorised, "the token is wrong; each start has another, which is printed")
    }
  }

  /// A host without its port.
  private static func name(ofHost host: String) -> String {
    guard let colon = host.lastIndex(of: ":"), host[host.index(after: colon)...].allSatisfy(\.isNumber),
      !host.hasSuffix("]")
    else { return host }
    return String(host[..<colon])
  }

  /// Whether two texts are equal, in a time that doesn't depend on where they differ.
  static func areEqual(_ one: String, _ other: String) -> Bool {
    let (one, other) = (Array(one.utf8), Array(other.utf8))
    guard one.count == other.count else { return false }
    return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// A text from outside as it may stand in a message.
  private func printable(_ text: String) -> String { FileName.shown(String(text.prefix(100))) }

  /// 128 bits from the system's source of random numbers, as text.
  static func makeToken() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<4).map { _ in
      let word = String(UInt32.random(in: .min ... .max, using: &generator), radix: 16)
      return String(repeating: "0", count: 8 - word.count) + word
    }.joined()
  }
}
