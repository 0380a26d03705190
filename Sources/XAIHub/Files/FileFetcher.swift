import XAIFoundation
import XAIWeights

/// Fetches the files of one repository into the cache.
final class FileFetcher {
  let id: RepositoryID
  let hub: ModelHub
  let folder: CacheFolder
  let observer: (HubEvent) -> Bool
  let client: HubClient
  /// What is told about once a second.
  let state: State

  /// What has come of which file.
  final class State {
    var file = ""
    var byteCount = 0
    var total: Int?
  }

  init(
    _ id: RepositoryID, from hub: ModelHub, into folder: CacheFolder,
    observer: @escaping (HubEvent) -> Bool
  ) throws(HubError) {
    (self.id, self.hub, self.folder, self.observer) = (id, hub, folder, observer)
    let state = State()
    self.state = state
    client = try HubClient(settings: hub.settings, clock: hub.clock) {
      guard observer(.progress(file: state.file, byteCount: state.byteCount, of: state.total)) else {
        throw CancellationError()
      }
    }
  }

  var address: String { hub.settings.endpoint.shown }

  func tell(_ event: HubEvent) throws {
    guard observer(event) else { throw CancellationError() }
  }

  func retrying<Result>(_ file: String, _ attempt: (inout Bool) throws -> Result) throws -> Result {
    try client.retrying(
      note: { try tell(.retries(file: file, reason: $0, seconds: $1)) },
      { hasBroughtSomething in
        do { return try attempt(&hasBroughtSomething) } catch let failure as HTTPFailure {
          throw client.passing(failure, at: address)
        }
      })
  }

  // MARK: - What there is

  /// Asks for the commit and the files of the revision.
  func listing() throws -> RepositoryListing {
    let path =
      "/api/models/\(id.name)/revision/\(WebAddress.escaped(id.revision ?? "main"))"
    state.file = id.name
    return try retrying(id.name) { _ in
      var body: [UInt8] = []
      let answer = try client.send(path) { _, bytes in
        guard body.count + bytes.count <= RepositoryListing.byteLimit else {
          throw HubError.notAHub(
            address: address, reason: "its answer has more than \(RepositoryListing.byteLimit) bytes")
        }
        body += bytes
      }
      try checkStatus(answer, ofFile: false)
      do throws(ReadFailure) { return try RepositoryListing(body) } catch {
        throw HubError.notAHub(address: answer.address.shown, reason: error.reason)
      }
    }
  }

  /// Asks for the hash and the size of a file.
  func metadata(of name: String, _ commit: String) throws -> FileMetadata {
    state.file = name
    return try retrying(name) { _ in
      let answer = try client.send(path(of: name, commit), isHead: true)
      try checkStatus(answer)
      do {
        let metadata = try FileMetadata(name: name, answer.head)
        guard metadata.commit == commit else {
          throw ReadFailure(reason: "it was asked for commit \(commit) and answers with \(metadata.commit)")
        }
        return metadata
      } catch let failure as ReadFailure {
        throw HubError.notAHub(address: answer.address.shown, reason: failure.reason)
      }
    }
  }

  func path(of name: String, _ commit: String) -> String {
    "/\(id.name)/resolve/\(commit)/\(WebAddress.escaped(name))"
  }

  /// Throws what a status means that is no success.
  func checkStatus(_ answer: HubClient.Answer, ofFile isFile: Bool = true) throws {
    if let passing = client.passing(answer) { throw passing }
    let (status, fields) = (answer.head.status, answer.head.fields)
    guard !(200..<300).contains(status), !answer.head.isRedirect else { return }
    let words = fields["x-error-message"].map { String($0.prefix(300)) } ?? ""
    let hasToken = hub.settings.token != nil
    switch (status, fields["x-error-code"]) {
    case (_, "GatedRepo"): throw HubError.gated(id, address: address, hasToken: hasToken)
    case (_, "RevisionNotFound"): throw HubError.noRevision(id, address: address)
    case (_, "EntryNotFound"),
      (404, nil) where isFile:
      throw HubError.noFile(state.file, in: id)
    case (_, "RepoNotFound"), (404, _):
      throw HubError.noRepository(id, address: address, hasToken: hasToken)
    // A server that shows nobody whether a private repository is there.
    case (401, _) where !words.contains("Invalid credentials"):
      throw HubError.noRepository(id, address: address, hasToken: hasToken)
    case (401, _), (403, _):
      throw HubError.refused(id, address: address, status: status, reason: words)
    default: throw HubError.failed(address: answer.address.shown, status: status, reason: words)
    }
  }
}
