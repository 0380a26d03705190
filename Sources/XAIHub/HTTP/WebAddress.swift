#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An http or https address.
struct WebAddress: Hashable, Sendable {
  /// Scheme, host and port: whom a token is for.
  struct Origin: Hashable, Sendable {
    let scheme: String
    let host: String
    let port: Int
  }

  let text: String
  let origin: Origin
  /// The address for people: without the user's name and password, and without what signs it.
  let shown: String

  /// Reads an address; nil for one that isn't of the web, or that holds what no address does.
  init?(_ text: String) {
    guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }), let url = URL(string: text) else {
      return nil
    }
    self.init(url)
  }

  private init?(_ url: URL) {
    guard let scheme = url.scheme?.lowercased(), scheme == "http" || scheme == "https",
      let host = url.host?.lowercased(), !host.isEmpty
    else { return nil }
    text = url.absoluteString
    origin = Origin(scheme: scheme, host: host, port: url.port ?? (scheme == "https" ? 443 : 80))
    let bracketed = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    shown = "\(scheme)://\(bracketed)\(url.port.map { ":\($0)" } ?? "")\(url.path)"
  }

  /// What an answer's `Location` names, which may be relative to this address; nil where it is no address of the web.
  func redirected(to location: String) -> WebAddress? {
    guard let base = URL(string: text), let url = URL(string: location, relativeTo: base) else { return nil }
    return WebAddress(url.absoluteURL.absoluteString)
  }

  /// Whether a request may go on from here to another address: not from one that nobody listens to on the way to one that is open.
  func mayLead(to other: WebAddress) -> Bool {
    other.origin.scheme == "https" || origin.scheme == "http"
  }

  /// Whether it is one of this machine, for which no proxy is asked.
  var isLoopback: Bool {
    let host = origin.host.drop { $0 == "[" }
    return host == "localhost" || host.hasPrefix("127.") || host.hasPrefix("::1")
  }

  /// A text as one part of a path, in which slashes are escaped too.
  static func escaped(_ part: String) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
    return part.utf8.map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return plain.contains(byte)
        ? String(UnicodeScalar(byte)) : "%" + (digits.utf8.count == 1 ? "0" : "") + digits
    }.joined()
  }
}
