import CCurl

/// The first lines of an answer.
struct HTTPHead: Sendable {
  var status: Int
  /// The fields by their names in small letters.
  var fields: [String: String] = [:]
}

/// A request for one address.
struct HTTPRequest: Sendable {
  var address: WebAddress
  var isHead = false
  var fields: [(name: String, value: String)] = []
}

/// Why there is no whole answer.
struct HTTPFailure: Error, Sendable {
  enum Kind: Sendable {
    case cut
    case unreachable
    case untrusted
    case other
  }

  var kind: Kind
  /// In words.
  var reason: String
}

/// Requests by libcurl, one after another, over connections that stay open.
final class HTTPConnection {
  private let client: OpaquePointer
  private let certificates: String?
  private let connectSeconds: Double

  /// Loads libcurl; throws `HubError.noCurl` where it isn't there.
  ///
  /// - Parameters:
  ///   - certificates: a file of the certificates that are trusted; nil for those of the system.
  ///   - connectSeconds: how long a connection may take.
  init(certificates: String?, connectSeconds: Double) throws(HubError) {
    if let reason = xai_http_load() { throw .noCurl(reason: String(cString: reason)) }
    guard let client = xai_http_create() else { throw .noCurl(reason: "out of memory") }
    (self.client, self.certificates, self.connectSeconds) = (client, certificates, connectSeconds)
  }

  deinit { xai_http_discard(client) }

  /// Sends a request.
  ///
  /// - Parameters:
  ///   - request: the address and the fields.
  ///   - tick: is called about once a second; what it throws ends the request.
  ///   - body: takes each part of the answer's body; what it throws ends the request.
  /// - Throws: `HTTPFailure`, and what the closures throw.
  func send(
    _ request: HTTPRequest, tick: () throws -> Void,
    body: (HTTPHead, UnsafeRawBufferPointer) throws -> Void
  ) throws -> HTTPHead {
    try withoutActuallyEscaping(tick) { tick in
      try withoutActuallyEscaping(body) { body in
        let exchange = Exchange(tick: tick, body: body)
        var reason = [CChar](repeating: 0, count: 300)
        let outcome = Self.withFields(request.fields) { fields in
          request.address.text.withCString { address in
            Self.withOptionalCString(certificates) { certificates in
              var call = exchange.call
              call.address = address
              call.is_head = request.isHead
              call.fields = fields
              call.certificates = certificates
              call.avoids_proxy = request.address.isLoopback
              call.connect_milliseconds = Int(connectSeconds * 1_000)
              return xai_http_send(client, &call, &reason, reason.count)
            }
          }
        }
        if let failure = exchange.failure { throw failure }
        guard outcome == XAI_HTTP_ANSWERED else {
          throw HTTPFailure(kind: Self.kind(outcome), reason: Self.text(reason))
        }
        guard let head = exchange.head else {
          throw HTTPFailure(kind: .other, reason: "the answer has no status")
        }
        return head
      }
    }
  }

  private static func kind(_ outcome: xai_http_outcome) -> HTTPFailure.Kind {
    switch outcome {
    case XAI_HTTP_CUT: .cut
    case XAI_HTTP_UNREACHABLE: .unreachable
    case XAI_HTTP_UNTRUSTED: .untrusted
    default: .other
    }
  }

  private static func text(_ reason: [CChar]) -> String {
    String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func withFields<R>(
    _ fields: [(name: String, value: String)], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R
  ) -> R {
    let lines = fields.map { Array("\($0.name): \($0.value)".utf8CString) }
    func pointers(_ rest: ArraySlice<[CChar]>, _ known: [UnsafePointer<CChar>?]) -> R {
      guard let line = rest.first else {
        return (known + [nil]).withUnsafeBufferPointer { buffer in
          buffer.baseAddress.map(body) ?? body([nil])
        }
      }
      return line.withUnsafeBufferPointer { pointers(rest.dropFirst(), known + [$0.baseAddress]) }
    }
    return pointers(lines[...], [])
  }

  private static func withOptionalCString<R>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> R) -> R {
    text.map { $0.withCString(body) } ?? body(nil)
  }
}

/// What comes of one request, as C's functions report it.
private final class Exchange {
  private let tick: () throws -> Void
  private let body: (HTTPHead, UnsafeRawBufferPointer) throws -> Void
  private(set) var head: HTTPHead?
  private(set) var failure: (any Error)?

  init(tick: @escaping () throws -> Void, body: @escaping (HTTPHead, UnsafeRawBufferPointer) throws -> Void) {
    (self.tick, self.body) = (tick, body)
  }

  /// A request whose functions report to this exchange, which has to outlive it.
  var call: xai_http_request {
    var call = xai_http_request()
    call.context = Unmanaged.passUnretained(self).toOpaque()
    call.take_field = { context, line, count in
      Exchange.of(context).keeps { $0.takeField(UnsafeRawBufferPointer(start: line, count: count)) }
    }
    call.take_bytes = { context, bytes, count in
      Exchange.of(context).keeps { exchange in
        guard let head = exchange.head else { return }
        try exchange.body(head, UnsafeRawBufferPointer(start: bytes, count: count))
      }
    }
    call.tick = { context in Exchange.of(context).keeps { try $0.tick() } }
    return call
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> Exchange {
    guard let context else { fatalError("libcurl lost what a request was made with") }
    return Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
  }

  /// Whether the request continues: what is thrown ends it.
  private func keeps(_ work: (Exchange) throws -> Void) -> Bool {
    do {
      try work(self)
      return true
    } catch {
      failure = error
      return false
    }
  }

  private func takeField(_ line: UnsafeRawBufferPointer) {
    let text = String(decoding: line, as: UTF8.self)
    if text.hasPrefix("HTTP/") {
      // An answer of 1xx may go before the one that counts.
      let status = text.split(separator: " ").dropFirst().first.flatMap { Int($0.prefix(3)) }
      head = HTTPHead(status: status ?? 0)
    } else if let colon = text.firstIndex(of: ":") {
      let value = text[text.index(after: colon)...].drop(while: \.isWhitespace)
      var trimmed = value
      while trimmed.last?.isWhitespace == true { trimmed.removeLast() }
      head?.fields[text[..<colon].lowercased()] = String(trimmed)
    }
  }
}
