import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// An HTTP server in front of a session: the page, and the same answers as JSON under `/api/v1`.
///
/// It listens on this machine alone unless a host is named, and answers whoever knows its token.
public struct ExploreServer: Sendable {
  /// How a server is run.
  public struct Configuration: Sendable {
    /// The address that it listens on.
    public var host = "127.0.0.1"
    /// The port; 0 for one that is free.
    public var port = 0
    /// What has to be known to be answered; by default random.
    public var token: String
    /// What serves, with its version, as the page shows it.
    public var program = ""
    /// How many connections there may be at once; others wait until one is closed.
    public var connectionLimit = 256
    /// The most bytes of an image that is sent.
    public var uploadLimit = 64 << 20
    /// After how many seconds without a request a connection is closed.
    public var idleSeconds: Int64 = 60

    /// Makes the defaults.
    public init() { token = Access.makeToken() }
  }

  private let session: ExploreSession
  private let configuration: Configuration

  /// Prepares to serve.
  public init(_ session: ExploreSession, _ configuration: Configuration = Configuration()) {
    (self.session, self.configuration) = (session, configuration)
  }

  /// Serves until the task is cancelled.
  ///
  /// - Parameter isReady: is told the address of the page, token and all, once connections are accepted.
  /// - Throws: `ExploreServerError` where the address can't be listened on.
  public func run(isReady: @escaping @Sendable (String) -> Void) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    do {
      try await serve(on: group, isReady)
    } catch {
      try? await group.shutdownGracefully()
      if Task.isCancelled { return }
      throw ExploreServerError(error, configuration)
    }
    try? await group.shutdownGracefully()
  }

  private func serve(
    on group: MultiThreadedEventLoopGroup, _ isReady: @escaping @Sendable (String) -> Void
  ) async throws {
    let responder = Responder(session, configuration)
    var http = HTTP1Channel.Configuration(
      additionalChannelHandlers: [DepartureHandler()], idleTimeout: .seconds(configuration.idleSeconds))
    http.httpDecoder = .init(
      maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 64 << 10, maxHeaderFieldCount: 100)
    // What the server would say is for the operators of a service; a user is told by answers.
    let logger = Logger(label: "xai.explore", factory: { _ in SwiftLogNoOpLogHandler() })
    let (host, token) = (configuration.host, configuration.token)
    let channels = HTTP1Channel(
      responder: { request, writer, channel in
        try await responder.respond(to: request, writer, on: channel)
      }, configuration: http)
    let server = Server(
      childChannelSetup: channels,
      configuration: ServerConfiguration(
        address: .hostname(host, port: configuration.port),
        availableConnectionsDelegate: MaximumAvailableConnections(configuration.connectionLimit)),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? 0
        isReady("http://\(host.contains(":") ? "[\(host)]" : host):\(port)/?token=\(token)")
      }, eventLoopGroup: group, logger: logger)
    try await server.run()
  }
}

/// Why a server doesn't run.
public enum ExploreServerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Something else listens on the port.
  case portTaken(Int)
  /// The address isn't one of this machine, or can't be used.
  case notListening(host: String, port: Int, reason: String)

  init(_ error: any Error, _ configuration: ExploreServer.Configuration) {
    let number = (error as? IOError)?.errnoCode
    self =
      number == EADDRINUSE
      ? .portTaken(configuration.port)
      : .notListening(host: configuration.host, port: configuration.port, reason: "\(error)")
  }

  public var description: String {
    switch self {
    case .portTaken(let port):
      "something else listens on port \(port), perhaps another page of this kind: end it, or choose another port"
    case .notListening(let host, let port, let reason):
      "can't listen on \(host), port \(port): \(reason)"
    }
  }
}
