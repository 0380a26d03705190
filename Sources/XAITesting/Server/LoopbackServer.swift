import Synchronization
import XAIFoundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A server of HTTP/1.1 on this machine's own address, for tests of what is done with answers, however wrong they are.
///
/// Each connection has one request and a thread of its own. It goes away with the last reference.
package final class LoopbackServer: Sendable {
  /// What came.
  package struct Request: Sendable {
    package let method: String
    /// The path with its query, as it was sent.
    package let path: String
    /// The fields by their names in small letters.
    package let fields: [String: String]
  }

  private struct State {
    var requests: [Request] = []
    var isStopped = false
    var isReleased = false
  }

  /// What the threads of connections share with whoever holds the server.
  private final class Shared: Sendable {
    private let state = Guarded(State())

    func withLock<Result: Sendable>(_ body: @Sendable (inout State) -> Result) -> Result {
      state.withLock { body(&$0) }
    }
  }

  private let port: Int
  private let state = Shared()

  /// `http://127.0.0.1:<port>`.
  package var address: String { "http://127.0.0.1:\(port)" }

  /// The requests that have come.
  package var requests: [Request] { state.withLock { $0.requests } }

  /// Begins to listen on a free port.
  ///
  /// - Parameter answer: answers a request.
  package init(_ answer: @escaping @Sendable (Request, LoopbackConnection) -> Void) throws {
    let listener = socket(AF_INET, streamType, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(listener, pointer, size) == 0 && listen(listener, 64) == 0
          && getsockname(listener, pointer, &size) == 0
      }
    }
    guard listener >= 0, isListening else {
      throw ReadFailure(reason: "no port to listen on: \(systemReason())")
    }
    _ = fcntl(listener, F_SETFD, FD_CLOEXEC)
    port = Int(UInt16(bigEndian: address.sin_port))
    let state = state
    runThread {
      defer { close(listener) }
      while !state.withLock({ $0.isStopped }) {
        var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, 20) > 0 else { continue }
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { continue }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        runThread {
          let connection = LoopbackConnection(descriptor) { state.withLock { $0.isReleased || $0.isStopped } }
          guard let request = connection.readRequest() else { return }
          state.withLock { $0.requests.append(request) }
          answer(request, connection)
        }
      }
    }
  }

  deinit { state.withLock { $0.isStopped = true } }

  /// Lets all connections continue that are held.
  package func release() { state.withLock { $0.isReleased = true } }
}

/// The server's end of a connection, which is closed with the last reference.
package final class LoopbackConnection: Sendable {
  private let descriptor: Int32
  private let isReleased: @Sendable () -> Bool

  fileprivate init(_ descriptor: Int32, isReleased: @escaping @Sendable () -> Bool) {
    (self.descriptor, self.isReleased) = (descriptor, isReleased)
  }

  deinit {
    // A program that another test starts may have inherited the descriptor, and would keep the connection open.
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  /// Sends the header of an answer; nothing else follows on this connection.
  package func begin(_ status: Int, _ fields: [String: String] = [:]) {
    let lines = fields.sorted { $0.key < $1.key }.map { "\($0): \($1)\r\n" }.joined()
    write(Array("HTTP/1.1 \(status) X\r\nConnection: close\r\n\(lines)\r\n".utf8))
  }

  /// Sends bytes.
  package func write(_ bytes: some Collection<UInt8>) {
    Array(bytes).withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = send(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count, sendFlags)
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
      }
    }
  }

  /// Sends nothing until the server releases its connections, or the other end goes away.
  package func hold() {
    while !isReleased() {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      var byte: UInt8 = 0
      if poll(&waiting, 1, 10) > 0, recv(descriptor, &byte, 1, 0) <= 0 { return }
    }
  }

  /// Reads the header of a request; nil where the other end goes away before.
  fileprivate func readRequest() -> LoopbackServer.Request? {
    var bytes: [UInt8] = []
    while !bytes.suffix(4).elementsEqual(Array("\r\n\r\n".utf8)) {
      var byte: UInt8 = 0
      guard recv(descriptor, &byte, 1, 0) == 1, bytes.count < 1 << 16 else { return nil }
      bytes.append(byte)
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count == 3 else { return nil }
    let fields = lines.dropFirst().compactMap { line -> (String, String)? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      return (line[..<colon].lowercased(), String(line[line.index(after: colon)...].drop { $0 == " " }))
    }
    return LoopbackServer.Request(
      method: String(words[0]), path: String(words[1]),
      fields: Dictionary(fields) { $1 })
  }
}

#if canImport(Glibc)
private let streamType = Int32(SOCK_STREAM.rawValue)
private let sendFlags = Int32(MSG_NOSIGNAL)
#elseif canImport(Musl)
private let streamType = SOCK_STREAM
private let sendFlags = Int32(MSG_NOSIGNAL)
#else
private let streamType = SOCK_STREAM
private let sendFlags: Int32 = 0
#endif

/// Runs something on a thread of its own: connections wait, and Dispatch's threads are few.
private func runThread(_ body: @escaping @Sendable () -> Void) {
  final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let work = Unmanaged.passRetained(Work(body)).toOpaque()
  #if canImport(Darwin)
  var thread: pthread_t?
  let status = pthread_create(
    &thread, nil,
    {
      Unmanaged<Work>.fromOpaque($0).takeRetainedValue().body(); return nil
    }, work)
  if status == 0, let thread { pthread_detach(thread) }
  #else
  var thread = pthread_t()
  let status = pthread_create(
    &thread, nil,
    { pointer in
      if let pointer { Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body() }
      return nil
    }, work)
  if status == 0 { pthread_detach(thread) }
  #endif
  guard status == 0 else { fatalError("no thread for a test's server: \(systemReason(status))") }
}
