import Synchronization
import Testing
import XAI
import XAICore
import XAIFoundation
import XAIImage
import XAITensor
import XAITesting

@testable import XAIExplore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A session about a small model and an image of random pixels.
struct ExploreFixture {
  let registry: Registry
  let model: any Model
  let image: RGBImage
  let session: ExploreSession

  init(_ toy: ToyModel = .classToken, limited: ((any Model) -> any Model)? = nil) throws {
    registry = try Registry.builtIn()
    let made = toy.make(on: AvailableKernels.preferred.make())
    model = limited?(made) ?? made
    image = Self.image(seed: 3)
    session = ExploreSession(
      models: [ExploreModel(model, id: "0")],
      images: [ExploreImage(name: "noise.png", source: .bytes(try image.png()))], registry: registry)
  }

  static func image(seed: UInt64, width: Int = 21, height: Int = 17) -> RGBImage {
    var random = SeededRandom(seed: seed)
    return RGBImage(width: width, height: height) { pixels in
      for place in 0..<width * height * 3 { pixels[place] = UInt8(random.index(below: 256)) }
    }
  }

  /// The model's input.
  var input: Tensor {
    get throws { try model.descriptor.preprocessing.tensor(from: [image]) }
  }

  /// The map of an explainer as the library makes it.
  func attribution(_ explainer: String, target: Int? = nil) throws -> Attribution {
    try Explanation(
      of: input, targets: target.map { .classes([$0]) } ?? .predicted,
      by: [registry.explainer(explainer)], using: model
    ).attributions[0][0][0]
  }

  /// What the model says of an input.
  func logits(_ input: Tensor) throws -> [Float] { try model.logits(input)[0].elements }
}

/// What happened, in its order, whichever task it happened in.
final class Log<Event: Sendable>: Sendable {
  private let events = Guarded<[Event]>([])
  func add(_ event: Event) { events.withLock { $0.append(event) } }
  var all: [Event] { events.withLock { $0 } }

  /// Waits until something has happened.
  func begun() async { while all.isEmpty { await Task.yield() } }
}

/// A server on a free port, until `stop`.
final class ExploreTestServer: Sendable {
  let port: Int
  let token: String
  private let task: Task<Void, any Error>

  init(_ session: ExploreSession, _ configuration: ExploreServer.Configuration = .init()) async throws {
    let (addresses, source) = AsyncStream.makeStream(of: String.self)
    let server = ExploreServer(session, configuration)
    task = Task {
      defer { source.finish() }
      try await server.run { source.yield($0) }
    }
    var address: String?
    for await one in addresses {
      address = one
      break
    }
    guard let address, let colon = address.lastIndex(of: ":"), let slash = address.lastIndex(of: "/") else {
      try await task.value
      throw TestClient.Failed("the server ended")
    }
    port = Int(address[address.index(after: colon)..<slash]) ?? 0
    token = configuration.token
  }

  func stop() async throws {
    task.cancel()
    _ = await task.result
  }

  /// Asks over a connection of its own, on a thread that may wait.
  func ask(
    _ method: String, _ path: String, headers: [String: String]? = nil, body: [UInt8] = []
  ) async throws -> TestClient.Answer {
    let headers = headers ?? ["Authorization": "Bearer \(token)"]
    return try await waiting { [port] in
      try TestClient(port: port).ask(method, path, headers: headers, body: body)
    }
  }

  /// Asks a question, and reads the answer's JSON.
  func post(_ path: String, _ json: String) async throws -> TestClient.Answer {
    try await ask("POST", "/api/v1/\(path)", body: Array(json.utf8))
  }
}

private let threads = WorkThreads()

/// Threads for clients that wait on sockets: those of the executor are for the server.
private final class WorkThreads: Sendable {
  private let next = Guarded(0)
  private let threads = (0..<64).map { WorkThread("xai.explore.client.\($0)") }

  var one: WorkThread {
    let number = next.withLock { next in
      next += 1
      return next
    }
    return threads[number % threads.count]
  }
}

/// Runs what may wait on a socket.
func waiting<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await threads.one.run(body)
}

/// Runs a test against a server of its own, on the toy with a class token.
func withServer(
  _ configuration: ExploreServer.Configuration = .init(),
  _ body: (ExploreTestServer, ExploreFixture) async throws -> Void
) async throws {
  let fixture = try ExploreFixture()
  let server = try await ExploreTestServer(fixture.session, configuration)
  do {
    try await body(server, fixture)
  } catch {
    try await server.stop()
    throw error
  }
  try await server.stop()
}

private struct SentError: Decodable {
  struct Content: Decodable {
    let kind: String
    let message: String
  }
  let error: Content
}

/// The kind of an error that was sent.
func errorKind(_ answer: TestClient.Answer) throws -> String {
  try JSONDecoder().decode(SentError.self, from: Data(answer.body)).error.kind
}
