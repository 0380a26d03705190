import XAIFoundation
import XAIWeights

/// What the environment says about the hub: the variables of Python's `huggingface_hub`.
///
/// https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
struct HubSettings: Sendable {
  /// The server: `HF_ENDPOINT`.
  var endpoint: WebAddress
  /// `HF_TOKEN`, else what lies in the file that `HF_TOKEN_PATH` names, else in `token` of `HF_HOME`; none with
  /// `HF_HUB_DISABLE_IMPLICIT_TOKEN`.
  var token: String?
  /// `HF_HUB_CACHE` and what stands for it.
  var cache: HubCache
  /// `HF_HUB_OFFLINE`, or `TRANSFORMERS_OFFLINE`.
  var isOffline: Bool
  /// `HF_HUB_DISABLE_SYMLINKS`.
  var makesLinks: Bool
  /// How long a connection may take: `HF_HUB_ETAG_TIMEOUT`.
  var connectSeconds: Double
  /// How long nothing may come: `HF_HUB_DOWNLOAD_TIMEOUT`.
  var idleSeconds: Double
  /// A file of the certificates that are trusted: `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE` or `SSL_CERT_FILE`, as in Python.
  var certificates: String?

  /// The hub's own address, and the only one that stands here.
  static let defaultEndpoint = "https://huggingface.co"

  init(environment: [String: String]) throws(HubError) {
    func value(_ names: String...) -> (name: String, text: String)? {
      for name in names {
        if let text = environment[name], !text.isEmpty { return (name, text) }
      }
      return nil
    }
    func isSet(_ names: String...) -> Bool {
      names.contains { ["1", "ON", "YES", "TRUE"].contains(environment[$0]?.uppercased()) }
    }
    func seconds(_ name: String) throws(HubError) -> Double {
      guard let text = value(name)?.text else { return 10 }
      guard let seconds = Double(text), seconds > 0, seconds < 1e6 else {
        throw .unusableSetting(variable: name, reason: "is '\(text)', and a number of seconds is expected")
      }
      return seconds
    }

    var text = value("HF_ENDPOINT")?.text ?? Self.defaultEndpoint
    while text.hasSuffix("/") { text.removeLast() }
    guard let endpoint = WebAddress(text) else {
      throw .unusableSetting(
        variable: "HF_ENDPOINT", reason: "is no address of a server, which begins with https:// or http://")
    }
    self.endpoint = endpoint
    cache = HubCache(environment: environment)
    isOffline = isSet(value("HF_HUB_OFFLINE") == nil ? "TRANSFORMERS_OFFLINE" : "HF_HUB_OFFLINE")
    makesLinks = !isSet("HF_HUB_DISABLE_SYMLINKS")
    connectSeconds = try seconds("HF_HUB_ETAG_TIMEOUT")
    idleSeconds = try seconds("HF_HUB_DOWNLOAD_TIMEOUT")
    certificates = value("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")?.text
    token =
      isSet("HF_HUB_DISABLE_IMPLICIT_TOKEN")
      ? nil : try Self.token(value("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"), environment)
  }

  private static func token(
    _ variable: (name: String, text: String)?, _ environment: [String: String]
  ) throws(HubError) -> String? {
    if let variable, let token = try checked(variable.text, from: variable.name) { return token }
    let path = HubCache.tokenPath(environment: environment)
    guard FileSystem.kind(of: path) == .file else { return nil }
    let contents: FileBytes
    do throws(ReadFailure) { contents = try FileBytes(mapping: path) } catch {
      throw .unusableSetting(variable: path, reason: "can't be read for a token: \(error.reason)")
    }
    guard contents.count < 10_000 else {
      throw .unusableSetting(variable: path, reason: "has \(contents.count) bytes and should hold a token")
    }
    return try checked(contents.withBytes { String(decoding: $0, as: UTF8.self) }, from: path)
  }

  /// A token without the white space around it, nil where it is empty; it goes into a line of its own, and may hold no other.
  private static func checked(_ text: String, from place: String) throws(HubError) -> String? {
    let token = text.split(whereSeparator: \.isWhitespace)
    guard let only = token.first else { return nil }
    guard token.count == 1, only.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .unusableSetting(
        variable: place, reason: "holds what no token has: white space or special characters")
    }
    return String(only)
  }
}
