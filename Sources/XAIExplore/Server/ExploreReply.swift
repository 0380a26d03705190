import HTTPTypes
import HummingbirdCore
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What is sent back: a status, a type and bytes.
struct ExploreReply: Sendable {
  var status = HTTPResponse.Status.ok
  var type: String
  var bytes: [UInt8]
  /// What a browser saves the bytes as; nil for what it shows.
  var fileName: String?

  init(status: HTTPResponse.Status = .ok, type: String, bytes: [UInt8], fileName: String? = nil) {
    (self.status, self.type, self.bytes, self.fileName) = (status, type, bytes, fileName)
  }

  /// A value as JSON.
  ///
  /// A `Float` is written by the fewest digits that read back as the same bits.
  init(json value: some Encodable, status: HTTPResponse.Status = .ok) throws {
    self.init(status: status, type: "application/json", bytes: try jsonBytes(value))
  }

  /// An error as JSON: `{"error": {"kind": …, "message": …}}`.
  init(error: ExploreError) {
    let body = ErrorBody(error: .init(kind: error.kind.rawValue, message: error.message))
    self.init(
      status: error.kind.status, type: "application/json", bytes: (try? jsonBytes(body)) ?? [])
  }

  /// The headers of every reply: nothing is kept, guessed, framed or fetched from elsewhere.
  static let commonHeaders: HTTPFields = [
    .cacheControl: "no-store",
    .contentSecurityPolicy: [
      "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:",
      "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    ].joined(separator: "; "),
    .xContentTypeOptions: "nosniff",
    HTTPField.Name.referrerPolicy: "no-referrer",
    HTTPField.Name.resourcePolicy: "same-origin",
  ]

  /// The head of the reply.
  var head: HTTPResponse {
    var fields = Self.commonHeaders
    fields[.contentType] = type
    fields[.contentLength] = String(bytes.count)
    if let fileName { fields[.contentDisposition] = "attachment; filename=\"\(fileName)\"" }
    return HTTPResponse(status: status, headerFields: fields)
  }
}

extension HTTPField.Name {
  /// What a browser tells other sites of the page that led to them; its address has the token.
  fileprivate static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .cacheControl
  /// Which pages may show what is served.
  fileprivate static let resourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy") ?? .cacheControl
}

/// A value as JSON.
func jsonBytes(_ value: some Encodable) throws -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return [UInt8](try encoder.encode(value))
}

/// An error as it is sent.
struct ErrorBody: Encodable {
  struct Content: Encodable {
    let kind: String
    let message: String
  }

  let error: Content
}

extension ExploreError.Kind {
  /// The status that browsers and programs know the kind by.
  var status: HTTPResponse.Status {
    switch self {
    case .badRequest: .badRequest
    case .unauthorised: .unauthorized
    case .forbidden: .forbidden
    case .notFound: .notFound
    case .method: .methodNotAllowed
    case .superseded: .conflict
    case .tooLarge: .contentTooLarge
    case .unreadable: .unsupportedMediaType
    case .unsupported: .unprocessableContent
    case .cancelled: .init(code: 499, reasonPhrase: "Client Closed Request")
    case .failed: .internalServerError
    }
  }
}
