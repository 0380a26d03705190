import HTTPTypes
import HummingbirdCore
import NIOCore
import XAICore
import XAIFoundation
import XAIImage

/// Answers requests: who asks is checked first, then the address, then the body.
struct Responder: Sendable {
  let session: ExploreSession
  let access: Access
  let uploadLimit: Int
  let program: String
  /// The most bytes of a body that is JSON.
  static let jsonLimit = 1 << 20

  init(_ session: ExploreSession, _ configuration: ExploreServer.Configuration) {
    self.session = session
    access = Access(token: configuration.token, host: configuration.host)
    (uploadLimit, program) = (configuration.uploadLimit, configuration.program)
  }

  /// Answers a request; throws where the connection can't go on.
  func respond(
    to request: Request, _ writer: consuming ResponseWriter, on channel: any Channel
  ) async throws {
    let call: Call
    do {
      call = try self.call(request)
    } catch {
      return try await refuse(ExploreError(reporting: error), request, writer)
    }
    switch call {
    case .page(let file):
      try await send(ExploreReply(type: file.type, bytes: file.bytes), request, writer)
    case .get(let answer):
      try await send(await reply(answer), request, writer)
    case .post(let limit, let answer):
      let bytes: [UInt8]
      try await invite(request, writer)
      do {
        bytes = try await body(of: request, limit: limit)
      } catch let error as ExploreError {
        return try await send(ExploreReply(error: error), request, writer)
      }
      let reply = await reply { try await working(for: channel) { try await answer(bytes) } }
      try await send(reply, request, writer)
    case .stream(let answer):
      try await stream(answer, request, writer, on: channel)
    }
  }

  /// What an address asks for.
  enum Call {
    case page(PageFiles.File)
    case get(@Sendable () async throws -> ExploreReply)
    case post(limit: Int, @Sendable ([UInt8]) async throws -> ExploreReply)
    case stream(@Sendable ([UInt8], @escaping @Sendable (Double) -> Void) async throws -> ExploreReply)
  }

  private func call(_ request: Request) throws -> Call {
    try access.checkOrigin(request)
    let path = request.uri.path
    if let file = PageFiles.file(at: path) {
      guard request.method == .get || request.method == .head else {
        throw ExploreError(.method, "\(path) takes GET")
      }
      if file.isPage { try access.checkToken(request) }
      return .page(file)
    }
    try access.checkToken(request)
    return try route(request, Array(path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()))
  }

  /// What an answer is, or what went wrong.
  private func reply(_ answer: () async throws -> ExploreReply) async -> ExploreReply {
    do {
      return try await answer()
    } catch {
      return ExploreReply(error: ExploreError(reporting: error))
    }
  }

  /// The body of a request.
  ///
  /// One that is too long is passed over before that is said: a client that still sends would not see a reply on a connection
  /// that is closed. Where it is longer than any body may be, the connection ends.
  private func body(of request: Request, limit: Int) async throws -> [UInt8] {
    let tooLarge = ExploreError(.tooLarge, "the body has more than the \(limit) bytes that are taken here")
    let length = request.headers[.contentLength].flatMap { Int($0) }
    var (bytes, count) = ([UInt8](), 0)
    bytes.reserveCapacity(min(length ?? 0, limit))
    for try await part in request.body {
      count += part.readableBytes
      guard count <= limit + uploadLimit else { throw Endless() }
      if count <= limit { bytes += part.readableBytesView }
    }
    guard count <= limit else { throw tooLarge }
    return bytes
  }

  /// Tells a client that waits for it to send the body.
  private func invite(_ request: Request, _ writer: borrowing ResponseWriter) async throws {
    guard request.headers[.expect]?.lowercased() == "100-continue" else { return }
    try await writer.writeInformationalHead(HTTPResponse(status: .continue))
  }

  /// A body without end.
  private struct Endless: Error {}

  private func send(
    _ reply: ExploreReply, _ request: Request, _ writer: consuming ResponseWriter
  ) async throws {
    var body = try await writer.writeHead(reply.head)
    if request.method != .head { try await body.write(ByteBuffer(bytes: reply.bytes)) }
    try await body.finish(nil)
  }

  /// Says why there is no answer, and passes over the body.
  private func refuse(
    _ error: ExploreError, _ request: Request, _ writer: consuming ResponseWriter
  ) async throws {
    try await send(ExploreReply(error: error), request, writer)
    var rest = uploadLimit
    for try await part in request.body {
      rest -= part.readableBytes
      if rest < 0 { throw Endless() }
    }
  }
}

/// An event of a stream.
enum ExploreEvent: Sendable {
  case progress(Double)
  case result(ExploreReply)
  case failed(ExploreError)

  /// The event as server-sent events are written: JSON has no line breaks here.
  var bytes: [UInt8] {
    let (name, body): (String, [UInt8]) =
      switch self {
      case .progress(let fraction): ("progress", (try? jsonBytes(["fraction": fraction])) ?? [])
      case .result(let reply): ("result", reply.bytes)
      case .failed(let error): ("failed", ExploreReply(error: error).bytes)
      }
    return Array("event: \(name)\ndata: ".utf8) + body + Array("\n\n".utf8)
  }
}

extension Responder {
  /// Streams events; the work ends where whoever listens goes away.
  private func stream(
    _ answer:
      @escaping @Sendable ([UInt8], @escaping @Sendable (Double) -> Void) async throws -> ExploreReply,
    _ request: Request, _ writer: consuming ResponseWriter, on channel: any Channel
  ) async throws {
    let bytes: [UInt8]
    try await invite(request, writer)
    do {
      bytes = try await body(of: request, limit: Self.jsonLimit)
    } catch let error as ExploreError {
      return try await send(ExploreReply(error: error), request, writer)
    }
    var fields = ExploreReply.commonHeaders
    fields[.contentType] = "text/event-stream"
    var body = try await writer.writeHead(HTTPResponse(status: .ok, headerFields: fields))
    // A client that is slow sees the latest.
    let (events, source) = AsyncStream.makeStream(
      of: ExploreEvent.self, bufferingPolicy: .bufferingNewest(16))
    let work = Task {
      defer { source.finish() }
      do {
        let reply = try await working(for: channel) {
          try await answer(bytes) { source.yield(.progress($0)) }
        }
        source.yield(.result(reply))
      } catch {
        source.yield(.failed(ExploreError(reporting: error)))
      }
    }
    defer { work.cancel() }
    for await event in events { try await body.write(ByteBuffer(bytes: event.bytes)) }
    try await body.finish(nil)
  }
}

extension ExploreError {
  /// An error of the libraries by its kind.
  init(reporting error: any Error) {
    switch error {
    case let error as ExploreError: self = error
    case is CancellationError: self.init(.cancelled, "the request was cancelled")
    case let error as ImageError:
      if case .tooManyPixels = error {
        self.init(.tooLarge, "\(error)")
      } else {
        self.init(.unreadable, "\(error)")
      }
    case let error as RegistryError:
      self.init(.notFound, "\(error)")
    case ModelError.notFinite, is AttributionError: self.init(.failed, "\(error)")
    case is OptionError, is TargetError: self.init(.badRequest, "\(error)")
    case is ModelError, is LoadError, is MetricError, is PreprocessingError:
      self.init(.unsupported, "\(error)")
    default: self.init(.failed, "\(error)")
    }
  }
}
