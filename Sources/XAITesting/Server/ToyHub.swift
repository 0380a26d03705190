import Synchronization
import XAIFoundation

/// A server of the Hugging Face Hub's API with repositories of a test, which can do whatever a server may do wrong.
///
/// Files of weights lie on a second server, to which the first redirects, as the hub does.
package final class ToyHub: Sendable {
  /// A repository of models.
  package struct Repository: Sendable {
    /// The files by their names.
    package var files: [String: [UInt8]]
    package var commit: String
    /// Branches and tags by name.
    package var revisions: [String: String]
    /// What a request has to have as token; nil where everybody may read.
    package var token: String?
    /// Whether only those may read who have agreed to terms.
    package var isGated = false

    package init(
      files: [String: [UInt8]], commit: String = String(repeating: "c", count: 40),
      revisions: [String: String] = [:]
    ) {
      (self.files, self.commit) = (files, commit)
      self.revisions = revisions.merging(["main": commit]) { own, _ in own }
    }
  }

  /// What a server does in the place of what it should.
  package enum Fault: Sendable {
    /// Ends the connection after so many bytes of the body.
    case cut(after: Int)
    /// Says nothing of how long the body is, and ends it after so many bytes.
    case end(after: Int)
    /// Sends nothing more after so many bytes of the body, until it is released.
    case hold(after: Int)
    /// Answers with a status.
    case status(Int, [String: String] = [:])
    /// Says that the body has so many bytes, and sends what there is.
    case length(Int)
    /// Sends a body that is as long and is another.
    case damage
    /// Sends the whole where a part is asked for.
    case whole
    /// Adds or replaces fields of the header.
    case fields([String: String])
    /// Sends a body of its own.
    case body([UInt8])
  }

  fileprivate struct State {
    var repositories: [String: Repository] = [:]
    /// Faults by a part of the path, in their order; each happens so many times.
    var faults: [(method: String, part: String, fault: Fault, rest: Int)] = []
  }

  private let state: Shared
  private let front: LoopbackServer
  private let store: LoopbackServer

  fileprivate final class Shared: Sendable {
    let guarded = Guarded(State())
  }

  package init() throws {
    let state = Shared()
    self.state = state
    let store = try LoopbackServer { request, connection in
      // /<name>/<file>?<signature>
      let path = request.path.split(separator: "?").first.map(String.init) ?? ""
      let slash = path.lastIndex(of: "/") ?? path.startIndex
      let (name, file) = (path[..<slash].dropFirst(), path[slash...].dropFirst())
      let bytes = state.guarded.withLock { $0.repositories[String(name)]?.files[String(file)] }
      Self.send(bytes ?? [], [:], request, connection, state.takeFault(request))
    }
    self.store = store
    let storeAddress = store.address
    front = try LoopbackServer { request, connection in
      Self.answer(request, connection, state, store: storeAddress)
    }
  }

  /// What `HF_ENDPOINT` is to be.
  package var address: String { front.address }

  /// The requests that came to the hub.
  package var requests: [LoopbackServer.Request] { front.requests }

  /// The requests that came to where large files lie.
  package var storeRequests: [LoopbackServer.Request] { store.requests }

  /// Puts a repository there, or another in its place.
  package func add(_ name: String, _ repository: Repository) {
    state.guarded.withLock { $0.repositories[name] = repository }
  }

  /// Makes something go wrong, so many times, in requests whose path has a part.
  package func fail(_ part: String, _ fault: Fault, method: String = "GET", times: Int = 1) {
    state.guarded.withLock { $0.faults.append((method, part, fault, times)) }
  }

  /// Lets all connections continue that are held.
  package func release() {
    front.release()
    store.release()
  }

  /// Whether the hub keeps a file apart from the repository.
  static func isLarge(_ file: String) -> Bool { file.hasSuffix(".safetensors") }

  /// What names the content of a file: SHA-256, or Git's hash of a blob.
  package static func etag(_ file: String, _ bytes: [UInt8]) -> String {
    if isLarge(file) { return SHA256.text(bytes) }
    var digest = MessageDigest(.sha1)
    digest.update(Array("blob \(bytes.count)\0".utf8) + bytes)
    return digest.text()
  }
}

// MARK: - Answers

extension ToyHub {
  private static func answer(
    _ request: LoopbackServer.Request, _ connection: LoopbackConnection, _ state: Shared, store: String
  ) {
    let fault = state.takeFault(request)
    let parts = request.path.split(separator: "/").map(String.init)
    if parts.starts(with: ["api", "models"]), let end = parts.lastIndex(of: "revision"), end >= 3 {
      let name = parts[2..<end].joined(separator: "/")
      let revision = (parts.last ?? "").replacing("%2F", with: "/")
      guard let repository = state.repository(name, request, connection) else { return }
      guard let commit = repository.commit(of: revision) else {
        return refuse(connection, 404, "RevisionNotFound")
      }
      let files = repository.files.keys.sorted().map { #"{"rfilename":"\#($0)"}"# }.joined(separator: ",")
      let body = #"{"id":"\#(name)","sha":"\#(commit)","siblings":[\#(files)]}"#
      return send(Array(body.utf8), ["Content-Type": "application/json"], request, connection, fault)
    }
    guard let resolve = parts.lastIndex(of: "resolve"), parts.count == resolve + 3 else {
      return refuse(connection, 404, "RepoNotFound")
    }
    let (name, file) = (parts[..<resolve].joined(separator: "/"), parts[resolve + 2])
    guard let repository = state.repository(name, request, connection) else { return }
    guard let commit = repository.commit(of: parts[resolve + 1]) else {
      return refuse(connection, 404, "RevisionNotFound")
    }
    guard let bytes = repository.files[file] else { return refuse(connection, 404, "EntryNotFound") }
    let etag = #""\#(etag(file, bytes))""#
    guard isLarge(file) else {
      return send(bytes, ["ETag": etag, "X-Repo-Commit": commit], request, connection, fault)
    }
    let fields = [
      "Location": "\(store)/\(name)/\(file)?signature=secret", "X-Linked-Etag": etag,
      "X-Linked-Size": "\(bytes.count)", "X-Repo-Commit": commit, "ETag": #""of-the-redirect""#,
    ]
    if case .status(let status, let own)? = fault {
      connection.begin(status, own.merging(["Content-Length": "0"]) { own, _ in own })
    } else {
      var own: [String: String] = [:]
      if case .fields(let given)? = fault { own = given }
      connection.begin(302, fields.merging(["Content-Length": "0"]) { $1 }.merging(own) { $1 })
    }
  }

  fileprivate static func refuse(_ connection: LoopbackConnection, _ status: Int, _ code: String) {
    connection.begin(status, ["X-Error-Code": code, "X-Error-Message": "no", "Content-Length": "0"])
  }

  /// Sends a body, or the part of it that is asked for, with what goes wrong.
  private static func send(
    _ bytes: [UInt8], _ fields: [String: String], _ request: LoopbackServer.Request,
    _ connection: LoopbackConnection, _ fault: Fault?
  ) {
    var (status, body, fields) = (200, bytes, fields)
    var isPart = true
    switch fault {
    case .status(let status, let own)?:
      return connection.begin(status, own.merging(["Content-Length": "0"]) { own, _ in own })
    case .whole?: isPart = false
    case .damage?: body = body.map { ~$0 }
    case .body(let own)?: body = own
    default: break
    }
    if isPart, let start = request.fields["range"].flatMap({ Int($0.dropFirst(6).dropLast()) }) {
      guard start < body.count else {
        return connection.begin(416, ["Content-Range": "bytes */\(body.count)", "Content-Length": "0"])
      }
      fields["Content-Range"] = "bytes \(start)-\(body.count - 1)/\(body.count)"
      (status, body) = (206, Array(body[start...]))
    }
    fields["Content-Length"] = "\(body.count)"
    if case .length(let count)? = fault { fields["Content-Length"] = "\(count)" }
    if case .end? = fault { fields["Content-Length"] = nil }
    if case .fields(let own)? = fault { fields.merge(own) { $1 } }
    connection.begin(status, fields)
    guard request.method == "GET" else { return }
    switch fault {
    case .cut(let count)?, .end(let count)?: connection.write(body.prefix(count))
    case .hold(let count)?:
      connection.write(body.prefix(count))
      connection.hold()
      connection.write(body.dropFirst(count))
    default: connection.write(body)
    }
  }
}

extension ToyHub.Repository {
  fileprivate func commit(of revision: String) -> String? {
    revisions[revision] ?? (revisions.values.contains(revision) ? revision : nil)
  }
}

extension ToyHub.Shared {
  /// The repository, where the request may see it; otherwise it is refused.
  fileprivate func repository(
    _ name: String, _ request: LoopbackServer.Request, _ connection: LoopbackConnection
  ) -> ToyHub.Repository? {
    guard let repository = guarded.withLock({ $0.repositories[name] }) else {
      // As the hub does for whoever shows no token.
      ToyHub.refuse(connection, request.fields["authorization"] == nil ? 401 : 404, "RepoNotFound")
      return nil
    }
    let isKnown = repository.token.map { request.fields["authorization"] == "Bearer \($0)" } ?? true
    guard isKnown, !repository.isGated || repository.token != nil else {
      ToyHub.refuse(connection, 403, repository.isGated ? "GatedRepo" : "")
      return nil
    }
    return repository
  }

  /// What is to go wrong with a request.
  fileprivate func takeFault(_ request: LoopbackServer.Request) -> ToyHub.Fault? {
    guarded.withLock { state in
      guard
        let index = state.faults.firstIndex(where: {
          $0.rest > 0 && $0.method == request.method && request.path.contains($0.part)
        })
      else { return nil }
      state.faults[index].rest -= 1
      return state.faults[index].fault
    }
  }
}
