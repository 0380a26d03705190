import XAIFoundation

extension FileFetcher {
  /// The bytes of a file that would have to come.
  func missingBytes(of file: FileMetadata) -> Int {
    guard let total = file.byteCount, FileSystem.byteCount(of: folder.blob(file.etag)) != total else {
      return 0
    }
    return max(total - (FileSystem.byteCount(of: partialPath(file)) ?? 0), 0)
  }

  private func partialPath(_ file: FileMetadata) -> String { folder.blob(file.etag) + ".incomplete" }

  /// Fetches a file's content, where it isn't there, and puts it into its commit's folder.
  func fetch(_ file: FileMetadata) throws -> HubDownload.File {
    (state.file, state.total) = (file.name, file.byteCount)
    state.byteCount = FileSystem.byteCount(of: partialPath(file)) ?? 0
    var hasTold = false
    let lock = try ContentLock(at: folder.lock(file.etag)) {
      if !hasTold { try tell(.waits(file: file.name)) }
      hasTold = true
      try client.pause(0.2)
    }
    defer { withExtendedLifetime(lock) {} }
    let blob = folder.blob(file.etag)
    var received = 0
    // What lies there under the hash and isn't as long as the file was damaged later.
    let known = FileSystem.byteCount(of: blob)
    if known == nil || file.byteCount.map({ $0 != known }) ?? false {
      received = try receive(file, into: blob)
    }
    let byteCount = FileSystem.byteCount(of: blob) ?? 0
    try folder.place(file.etag, as: file.name, file.commit, byLink: hub.settings.makesLinks)
    return HubDownload.File(name: file.name, byteCount: byteCount, receivedCount: received)
  }

  /// Receives a content whole, resuming from what is there, and checks its hash.
  ///
  /// - Returns: the number of bytes that came.
  private func receive(_ file: FileMetadata, into blob: String) throws -> Int {
    let partial = try PartialFile(at: partialPath(file))
    var received = 0
    for isLast in [false, true] {
      received += try complete(partial, file)
      let contents: FileBytes
      do throws(ReadFailure) { contents = try FileBytes(mapping: partial.path) } catch {
        throw FileError.notWritable(path: partial.path, reason: error.reason)
      }
      let found = try contents.withBytes { bytes in
        try file.hash(of: bytes) { try client.checkStop() }
      }
      if let found, found != file.etag.lowercased() {
        try partial.restart()
        guard !isLast else {
          partial.discard()
          throw HubError.wrongHash(file: file.name, stated: file.etag, found: found)
        }
        try tell(.retries(file: file.name, reason: "its hash is another than the server's", seconds: 0))
        continue
      }
      if found == nil { try tell(.unchecked(file: file.name, etag: file.etag)) }
      try partial.commit(to: blob)
      return received
    }
    return received
  }

  /// Receives what a partial file lacks.
  private func complete(_ partial: PartialFile, _ file: FileMetadata) throws -> Int {
    var received = 0
    if let total = file.byteCount, partial.count > total { try partial.restart() }
    try retrying(file.name) { hasBroughtSomething in
      if let total = file.byteCount, partial.count == total { return }
      do {
        let before = received
        defer { hasBroughtSomething = received > before }
        try receiveOnce(partial, file, &received)
      } catch let failure as HTTPFailure {
        guard failure.kind == .cut else { throw failure }
        throw Passing(
          reason: failure.reason,
          error: .cut(file: file.name, byteCount: partial.count, of: file.byteCount, reason: failure.reason))
      }
    }
    return received
  }

  /// One request for the rest of a file.
  private func receiveOnce(_ partial: PartialFile, _ file: FileMetadata, _ received: inout Int) throws {
    let start = partial.count
    state.byteCount = start
    var isBegun = false
    let answer = try client.send(path(of: file.name, file.commit), from: start) { head, bytes in
      guard head.status == 200 || head.status == 206 else { return }
      if !isBegun {
        try begin(partial, file, head)
        isBegun = true
      }
      try partial.append(bytes)
      received += bytes.count
      state.byteCount = partial.count
      if let total = file.byteCount, partial.count > total {
        let found = partial.count
        partial.discard()
        throw HubError.wrongSize(file: file.name, stated: total, found: found)
      }
    }
    if answer.head.status == 416, start > 0 {
      try partial.restart()
      throw HTTPFailure(kind: .cut, reason: "the server has nothing behind byte \(start)")
    }
    try checkStatus(answer)
    if !isBegun { try begin(partial, file, answer.head) }
    if let total = file.byteCount, partial.count < total {
      throw HTTPFailure(kind: .cut, reason: "the server sent no more than \(partial.count) of \(total) bytes")
    }
  }

  /// Looks at the header of an answer before its first byte is kept: where the bytes belong, and how many there are in all.
  private func begin(_ partial: PartialFile, _ file: FileMetadata, _ head: HTTPHead) throws {
    var total = head.fields["content-length"].flatMap { Int($0) }
    if head.status == 206 {
      // bytes 100-199/200
      let range = head.fields["content-range"].flatMap { ContentRange($0) }
      guard let range, range.start == partial.count else {
        throw HubError.notAHub(
          address: address, reason: "it sends another part of '\(file.name)' than it was asked for")
      }
      total = range.total
    } else if partial.count > 0 {
      // The server knows no parts, and begins anew.
      try partial.restart()
    }
    if let stated = file.byteCount, let total, total != stated {
      partial.discard()
      throw HubError.wrongSize(file: file.name, stated: stated, found: total)
    }
  }
}

/// The field `Content-Range: bytes 100-199/200` of an answer.
private struct ContentRange {
  let start: Int
  /// The size of the whole; nil where the server doesn't say.
  let total: Int?

  init?(_ text: String) {
    let parts = text.split { " -/".contains($0) }
    guard parts.count == 4, parts[0].lowercased() == "bytes", let start = Int(parts[1]) else { return nil }
    (self.start, total) = (start, Int(parts[3]))
  }
}
