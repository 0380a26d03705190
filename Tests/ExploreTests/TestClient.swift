import XAIFoundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A client of one connection, on plain sockets: it sends what no decent library would.
final class TestClient {
  /// An answer of a server.
  struct Answer {
    let status: Int
    /// By names in small letters.
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
  }

  private let socket: Int32
  private var isOpen = true

  init(port: Int) throws {
    #if canImport(Glibc)
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #elseif canImport(Musl)
    socket = Musl.socket(AF_INET, SOCK_STREAM, 0)
    #else
    socket = Darwin.socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Failed("can't connect: \(errno)") }
  }

  struct Failed: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
  }

  deinit { close() }

  /// Goes away, whatever is under way.
  func close() {
    guard isOpen else { return }
    isOpen = false
    #if canImport(Glibc)
    _ = Glibc.close(socket)
    #elseif canImport(Musl)
    _ = Musl.close(socket)
    #else
    _ = Darwin.close(socket)
    #endif
  }

  /// Sends bytes as they are; false where the server has closed the connection.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// Some bytes that came; nil at the end.
  func receive() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = read(socket, &buffer, buffer.count)
    return count > 0 ? Array(buffer[..<count]) : nil
  }

  /// Sends a request; headers that aren't given are those of a decent client.
  func ask(
    _ method: String, _ path: String, headers: [String: String] = [:], body: [UInt8] = []
  ) throws -> Answer {
    var fields = ["Host": "127.0.0.1", "Content-Length": "\(body.count)"]
    for (name, value) in headers { fields[name] = value }
    let head = "\(method) \(path) HTTP/1.1\r\n" + fields.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
    send(Array(head.utf8) + body)
    return try answer(isHead: method == "HEAD")
  }

  /// A body in chunks, each behind its length in hexadecimal digits.
  private func chunks(beginningWith start: [UInt8]) throws -> [UInt8] {
    var (rest, body) = (start, [UInt8]())
    func more() throws {
      guard let more = receive() else { throw Failed("the connection ended within a chunk") }
      rest += more
    }
    while true {
      var end: Int?
      while end == nil {
        end = rest.indices.first { rest[$0...].starts(with: "\r\n".utf8) }
        if end == nil { try more() }
      }
      let digits = String(decoding: rest[..<(end ?? 0)], as: UTF8.self)
      guard let count = Int(digits, radix: 16) else { throw Failed("'\(digits)' is no length of a chunk") }
      rest.removeFirst((end ?? 0) + 2)
      while rest.count < count + 2 { try more() }
      body += rest[..<count]
      rest.removeFirst(count + 2)
      if count == 0 { return body }
    }
  }

  /// The next answer: to the end of its body, or of the connection where its length isn't stated.
  func answer(isHead: Bool = false) throws -> Answer {
    var bytes: [UInt8] = []
    var end: Int?
    while end == nil {
      guard let more = receive() else { throw Failed("the connection ended before the head of an answer") }
      bytes += more
      end = bytes.indices.first { bytes[$0...].starts(with: "\r\n\r\n".utf8) }
    }
    let lines = String(decoding: bytes[..<(end ?? 0)], as: UTF8.self).split(separator: "\r\n")
    let status = Int(lines[0].split(separator: " ")[1]) ?? 0
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
    }
    var body = Array(bytes[((end ?? 0) + 4)...])
    if isHead { return Answer(status: status, headers: headers, body: []) }
    if let length = headers["content-length"].flatMap({ Int($0) }) {
      while body.count < length {
        guard let more = receive() else { throw Failed("the connection ended within an answer") }
        body += more
      }
    } else if headers["transfer-encoding"] == "chunked" {
      body = try chunks(beginningWith: body)
    } else {
      while let more = receive() { body += more }
    }
    return Answer(status: status, headers: headers, body: body)
  }
}
