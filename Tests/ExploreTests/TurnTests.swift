import Synchronization
import Testing
import XAIFoundation

@testable import XAIExplore

/// One at a time, whoever waited longest next.
struct TurnTests {
  @Test func askersTakeTurns() async throws {
    let turns = Turns()
    let order = Log<String>()
    let gate = AsyncStream.makeStream(of: Void.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await turns.taking(by: "a") {
          order.add("a")
          for await _ in gate.stream { break }
        }
      }
      await order.begun()
      for (count, asker) in ["a", "a", "b", "a", "b"].enumerated() {
        group.addTask {
          try await turns.taking(by: asker) { order.add(asker) }
        }
        while turns.waitingCount <= count { await Task.yield() }
      }
      gate.continuation.yield()
      try await group.waitForAll()
    }
    #expect(order.all == ["a", "a", "b", "a", "b", "a"])
  }

  @Test func whoIsCancelledWaitsNoLonger() async throws {
    let turns = Turns()
    let gate = AsyncStream.makeStream(of: Void.self)
    let isTaken = Log<Bool>()
    let holder = Task {
      try await turns.taking(by: "a") {
        isTaken.add(true)
        for await _ in gate.stream { break }
      }
    }
    await isTaken.begun()
    let waiter = Task { try await turns.taking(by: "b") { Issue.record("a cancelled asker had a turn") } }
    while turns.waitingCount == 0 { await Task.yield() }
    waiter.cancel()
    await #expect(throws: CancellationError.self) { try await waiter.value }
    #expect(turns.waitingCount == 0)
    gate.continuation.yield()
    try await holder.value
    #expect(try await turns.taking(by: "c") { true })
  }
}
