import XAIFoundation

/// Requests to a hub: with its token, redirects, and what its statuses mean.
final class HubClient {
  let settings: HubSettings
  let clock: HubClock
  private let connection: HTTPConnection
  /// Is called about once a second; what it throws ends what is going on.
  private let tick: () throws -> Void
  /// Whether a server has answered: until then there may be no network at all, and nothing is tried again.
  private(set) var hasAnswered = false

  static let userAgent = "swift-xai"
  private static let redirectLimit = 10

  init(settings: HubSettings, clock: HubClock, tick: @escaping () throws -> Void) throws(HubError) {
    (self.settings, self.clock, self.tick) = (settings, clock, tick)
    connection = try HTTPConnection(
      certificates: settings.certificates, connectSeconds: settings.connectSeconds)
  }

  /// An answer, and the address that gave it.
  struct Answer {
    var address: WebAddress
    var head: HTTPHead
  }

  /// Sends a request and follows redirects, of which none leads from https to http, or to anything else.
  ///
  /// The token goes to the endpoint alone: not to another host, port or scheme that it redirects to, as to where files lie.
  ///
  /// - Parameters:
  ///   - path: what follows the endpoint.
  ///   - isHead: whether the header is all that is wanted. Then an answer that leads to another server is the last one, where it
  ///     says what a hub says of a file.
  ///   - start: the first byte that is wanted.
  ///   - body: takes each part of the body of an answer that is no redirect.
  /// - Throws: `HTTPFailure`, `HubError`, and what `body` and the tick throw.
  func send(
    _ path: String, isHead: Bool = false, from start: Int = 0,
    body: (HTTPHead, UnsafeRawBufferPointer) throws -> Void = { _, _ in }
  ) throws -> Answer {
    guard var address = WebAddress(settings.endpoint.text + path) else {
      throw HubError.notAHub(address: settings.endpoint.shown, reason: "'\(path)' makes no address")
    }
    for _ in 0...Self.redirectLimit {
      let head = try sendOnce(address, isHead: isHead, from: start) { head, bytes in
        if !head.isRedirect { try body(head, bytes) }
      }
      hasAnswered = true
      guard head.isRedirect, let location = head.fields["location"] else {
        return Answer(address: address, head: head)
      }
      guard let next = address.redirected(to: location), address.mayLead(to: next) else {
        throw HubError.unsafeRedirect(from: address.shown, to: Self.shown(location))
      }
      if isHead, next.origin != address.origin, FileMetadata.isIn(head) {
        return Answer(address: address, head: head)
      }
      address = next
    }
    throw HubError.notAHub(
      address: settings.endpoint.shown, reason: "it redirects more than \(Self.redirectLimit) times")
  }

  /// Throws where the run is to stop.
  func checkStop() throws { try tick() }

  /// One request, which is cut where nothing comes for too long.
  private func sendOnce(
    _ address: WebAddress, isHead: Bool, from start: Int,
    body: (HTTPHead, UnsafeRawBufferPointer) throws -> Void
  ) throws -> HTTPHead {
    var request = HTTPRequest(address: address, isHead: isHead)
    // What is measured and hashed are the bytes of the file, not what a compression makes of them.
    request.fields = [("User-Agent", Self.userAgent), ("Accept-Encoding", "identity")]
    if let token = settings.token, address.origin == settings.endpoint.origin {
      request.fields.append(("Authorization", "Bearer \(token)"))
    }
    if start > 0 { request.fields.append(("Range", "bytes=\(start)-")) }
    var lastHeard = clock.seconds()
    return try connection.send(
      request,
      tick: {
        try tick()
        guard clock.seconds() - lastHeard <= settings.idleSeconds else {
          let seconds = decimal(settings.idleSeconds, atMost: 1)
          throw HTTPFailure(kind: .cut, reason: "nothing came for \(seconds) seconds")
        }
      },
      body: { head, bytes in
        lastHeard = clock.seconds()
        try body(head, bytes)
      })
  }

  private static func shown(_ location: String) -> String {
    WebAddress(location)?.shown ?? "'\(String(location.prefix(200)))'"
  }
}

extension HTTPHead {
  var isRedirect: Bool { [301, 302, 303, 307, 308].contains(status) }
}
