import Foundation
import Testing
import XAIFoundation
import XAIHub
import XAITesting
import XAIWeights

/// How a file comes over a bad line, from a bad server, or onto a full disk.
@Suite struct TransferTests {
  let fixture: HubFixture
  let weights: [UInt8]
  let etag: String
  let commit = String(repeating: "c", count: 40)
  /// What only requests for the weights themselves have in their path.
  let place = "model.safetensors?"

  init() throws {
    fixture = try HubFixture()
    let repository = try FixtureFiles.vit()
    fixture.server.add("toy/vit", repository)
    weights = try #require(repository.files["model.safetensors"])
    etag = ToyHub.etag("model.safetensors", weights)
  }

  /// What was asked of the weights: the first byte of each request.
  private var starts: [String] { fixture.server.storeRequests.map { $0.fields["range"] ?? "all" } }

  private func expectWhole() throws {
    #expect(try fixture.bytes("snapshots/\(commit)/model.safetensors") == weights)
    #expect(!fixture.names(in: "blobs").contains { $0.hasSuffix(".incomplete") })
  }

  @Test("a connection that is cut is resumed from the byte where it was")
  func cut() throws {
    fixture.server.fail(place, .cut(after: 1_000))
    fixture.server.fail(place, .cut(after: 500))
    let download = try fixture.download("toy/vit")
    #expect(starts == ["all", "bytes=1000-", "bytes=1500-"])
    #expect(download.files.last?.receivedCount == weights.count)
    // The second try brought something, so that its pause is the first of a new row.
    #expect(fixture.paused == 2)
    try expectWhole()
  }

  @Test("a body of no stated length that ends before the file does is resumed too")
  func endsEarly() throws {
    fixture.server.fail(place, .end(after: 1_000))
    try fixture.download("toy/vit")
    #expect(starts == ["all", "bytes=1000-"])
    try expectWhole()
  }

  @Test("cut again and again without anything new, it ends, and the next run resumes")
  func cutForGood() throws {
    fixture.server.fail(place, .cut(after: 777))
    fixture.server.fail(place, .cut(after: 0), times: 4)
    let error = fixture.error()
    guard case .cut("model.safetensors", 777, weights.count, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(starts.count == 5 && Set(starts.dropFirst()) == ["bytes=777-"])
    #expect(fixture.paused == 15)
    #expect(try fixture.bytes("blobs/\(etag).incomplete") == Array(weights.prefix(777)))
    #expect(fixture.names(in: "refs") == [])
    let download = try fixture.download("toy/vit")
    #expect(starts.last == "bytes=777-")
    #expect(download.files.last?.receivedCount == weights.count - 777)
    try expectWhole()
  }

  @Test("a server that is silent for too long, by the clock, is asked again")
  func stall() throws {
    // The clock stands still until the server is silent, and then is far behind the limit.
    let server = fixture.server
    let isSilent = Recorded<Bool>()
    server.fail(place, .hold(after: 1_234))
    fixture.seconds = { isSilent.values.isEmpty ? 0 : 11 }
    let partial = fixture.path("blobs/\(etag).incomplete")
    let hub = try fixture.hub
    let events = fixture.events
    _ = try hub.download(try #require(RepositoryID("toy/vit"))) { event in
      if case .progress(_, 1_234, _) = event, FileSystem.byteCount(of: partial) == 1_234 {
        isSilent.append(true)
      }
      if case .retries = event { events.append("\(event)") }
      return true
    }
    #expect(events.values.count == 1 && events.values[0].contains("nothing came for 10 seconds"))
    #expect(starts == ["all", "bytes=1234-"])
    try expectWhole()
  }

  @Test("a server that knows no parts begins anew, and the file is whole")
  func wholeInsteadOfPart() throws {
    fixture.server.fail(place, .cut(after: 100))
    fixture.server.fail(place, .whole)
    try fixture.download("toy/vit")
    try expectWhole()
  }

  @Test("another part than was asked for isn't taken")
  func otherPart() throws {
    fixture.server.fail(place, .cut(after: 100))
    fixture.server.fail(place, .fields(["Content-Range": "bytes 5-\(weights.count - 1)/\(weights.count)"]))
    guard case .notAHub(_, let reason)? = fixture.error() else {
      Issue.record("another error")
      return
    }
    #expect(reason.contains("another part of 'model.safetensors'"))
    #expect(try fixture.bytes("blobs/\(etag).incomplete") == Array(weights.prefix(100)))
  }

  @Test("what lies there and is longer than the file, or damaged, is fetched anew", arguments: [0, 10])
  func damagedPart(excess: Int) throws {
    let count = excess > 0 ? weights.count + excess : 300
    try fixture.write([UInt8](repeating: 7, count: count), to: "blobs/\(etag).incomplete")
    try fixture.download("toy/vit")
    #expect(starts == (excess > 0 ? ["all"] : ["bytes=300-", "all"]))
    try expectWhole()
  }

  @Test("a whole content that a crash left without its name costs no byte")
  func onlyTheNameMissing() throws {
    try fixture.write(weights, to: "blobs/\(etag).incomplete")
    #expect(try fixture.download("toy/vit").files.last?.receivedCount == 0)
    #expect(starts == [])
    try expectWhole()
  }

  @Test("a content of the cache that lost its end is fetched again")
  func shortBlob() throws {
    try fixture.write(Array(weights.prefix(50)), to: "blobs/\(etag)")
    try fixture.download("toy/vit")
    try expectWhole()
  }

  // MARK: - Lies

  @Test(
    "a body that is longer or shorter than stated beforehand is refused, and nothing of it kept",
    arguments: [-1, 1])
  func wrongLength(difference: Int) throws {
    let lie = weights.count + difference
    fixture.server.fail(
      "resolve/\(commit)/model.safetensors", .fields(["X-Linked-Size": "\(lie)"]), method: "HEAD")
    #expect(
      fixture.error()
        == .wrongSize(file: "model.safetensors", stated: lie, found: weights.count))
    #expect(!fixture.names(in: "blobs").contains { $0.hasPrefix(etag) })
  }

  @Test("a header that promises another length than the hub stated is refused")
  func promisedLength() throws {
    // The size that the hub stated is right, and that of the store is not.
    fixture.server.fail(place, .length(weights.count + 5))
    #expect(
      fixture.error()
        == .wrongSize(file: "model.safetensors", stated: weights.count, found: weights.count + 5))
  }

  @Test("without a size beforehand, the hash decides")
  func noSize() throws {
    fixture.server.fail(
      "resolve/\(commit)/model.safetensors", .fields(["X-Linked-Size": "?"]), method: "HEAD")
    try fixture.download("toy/vit")
    try expectWhole()
  }

  @Test("content of another hash is fetched once more")
  func damagedOnce() throws {
    fixture.server.fail(place, .damage)
    let download = try fixture.download("toy/vit")
    #expect(starts == ["all", "all"])
    #expect(download.files.last?.receivedCount == 2 * weights.count)
    try expectWhole()
  }

  @Test(
    "content of another hash is refused, and nothing of it kept",
    arguments: ["model.safetensors", "config.json"])
  func damaged(file: String) throws {
    let part = file == "config.json" ? "resolve/\(commit)/config.json" : place
    fixture.server.fail(part, .damage, times: 2)
    guard case .wrongHash(file, let stated, let found)? = fixture.error() else {
      Issue.record("another error")
      return
    }
    #expect(stated.utf8.count == found.utf8.count && stated != found)
    #expect(!fixture.names(in: "blobs").contains { $0.hasPrefix(stated) })
    #expect(FileSystem.kind(of: fixture.path("snapshots/\(commit)/\(file)")) == nil)
    // And after that it is fetched as if nothing had been.
    try fixture.download("toy/vit")
    try expectWhole()
  }

  @Test("a name that is no hash is said, and the file taken by its size")
  func unchecked() throws {
    let path = "resolve/\(commit)/model.safetensors"
    fixture.server.fail(path, .fields(["X-Linked-Etag": #"W/"abc-12""#]), method: "HEAD")
    try fixture.download("toy/vit")
    #expect(fixture.names(in: "blobs").contains("abc-12"))
    #expect(fixture.events.values.contains { $0.contains("unchecked") && $0.contains("abc-12") })
    try expectWhole()
  }

  // MARK: - Elsewhere

  @Test("two downloads at once fetch each content once")
  func twoAtOnce() async throws {
    fixture.server.fail(place, .hold(after: 2_000))
    let (hub, events, server) = (try fixture.hub, fixture.events, fixture.server)
    let id = try #require(RepositoryID("toy/vit"))
    let results = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<2 {
        group.addTask {
          try await withCheckedThrowingContinuation { continuation in
            // A thread of its own: a download waits.
            Thread.detachNewThread {
              continuation.resume(
                with: Result {
                  try hub.download(id) { event in
                    // Only the one that waits says so, and then the other one may go on.
                    if case .waits("model.safetensors") = event {
                      events.append("waits")
                      server.release()
                    }
                    return true
                  }.files.last?.receivedCount ?? -1
                })
            }
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.sorted() == [0, weights.count])
    #expect(events.values == ["waits"])
    #expect(starts == ["all"])
    try expectWhole()
  }

  @Test("whoever stops a download keeps what has come")
  func stopped() throws {
    fixture.server.fail(place, .hold(after: 1_500))
    let partial = fixture.path("blobs/\(etag).incomplete")
    let hub = try fixture.hub
    let id = try #require(RepositoryID("toy/vit"))
    #expect(throws: CancellationError.self) {
      try hub.download(id) { _ in FileSystem.byteCount(of: partial) != 1_500 }
    }
    #expect(try fixture.bytes("blobs/\(etag).incomplete") == Array(weights.prefix(1_500)))
    try fixture.download("toy/vit")
    #expect(starts == ["all", "bytes=1500-"])
    try expectWhole()
  }

  @Test("a disk without room is said before anything comes")
  func noRoom() throws {
    fixture.freeBytes = 5_000
    guard case .noRoom(_, let needed, 5_000)? = fixture.error() else {
      Issue.record("another error")
      return
    }
    #expect(needed > weights.count)
    #expect(starts == [])
    // What is there of it already needs no room.
    try fixture.write(Array(weights.dropLast(100)), to: "blobs/\(etag).incomplete")
    try fixture.download("toy/vit")
    try expectWhole()
  }

  @Test("a cache that can't be written is named")
  func unwritable() throws {
    try fixture.write([], to: "blobs")
    do {
      try fixture.download("toy/vit")
      Issue.record("nothing was thrown")
    } catch let error as FileError {
      #expect("\(error)".contains("models--toy--vit"))
    }
  }
}
