import Foundation
import Testing
import XAI
import XAIEvaluation

@testable import XAIResults

@Suite struct StoreLockTests {
  @Test("a second run is refused at once and says who the first one is")
  func twoRuns() throws {
    let folder = try TestFolder()
    let path = folder.file("r.sqlite")
    let store = try ResultStore(at: path, experiment: Made.experiment())
    for attempt in [
      { _ = try ResultStore(at: path, experiment: Made.experiment()) }, { try ResultStore.remove(at: path) },
    ] {
      let error = try #require(throws: StoreError.self) { try attempt() }
      guard case .inUse(path, let owner) = error else {
        Issue.record("\(error)")
        continue
      }
      #expect(owner.hasPrefix("process \(getpid())"))
    }
    try store.add(Made.image(0))
    #expect(try ResultStore.results(at: path).images.count == 1)
    #expect(folder.names == ["r.sqlite", "r.sqlite.lock"])
  }

  @Test("the lock goes with the store, and a file that a dead process left is no lock")
  func released() throws {
    let folder = try TestFolder()
    let path = folder.file("r.sqlite")
    try folder.write("process 1 on moon".utf8, to: "r.sqlite.lock")
    for _ in 0..<3 { _ = try ResultStore(at: path, experiment: Made.experiment()) }
    #expect(folder.names == ["r.sqlite"])
  }

  @Test("of many that want the lock one has it at a time")
  func race() async throws {
    let folder = try TestFolder()
    let path = folder.file("r.sqlite")
    let inside = Counter()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<200 {
            guard let lock = try? StoreLock(of: path) else { continue }
            inside.enter()
            inside.leave()
            withExtendedLifetime(lock) {}
          }
        }
      }
    }
    #expect(inside.most == 1)
    #expect(folder.names.isEmpty)
  }
}

/// How many are inside at once.
private final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0
  private(set) var most = 0

  func enter() {
    lock.withLock {
      count += 1
      most = max(most, count)
    }
  }

  func leave() { lock.withLock { count -= 1 } }
}
