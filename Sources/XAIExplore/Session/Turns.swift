import Synchronization
import XAIFoundation

/// One at a time, and who was served longest ago next: a view that asks for much doesn't keep others waiting.
final class Turns: Sendable {
  private struct Waiter {
    let number: Int
    let asker: String
    let resume: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var isTaken = false
    var waiters: [Waiter] = []
    /// When an asker had its last turn, of those that wait.
    var served: [String: Int] = [:]
    var count = 0
  }

  private let state = Guarded(State())

  /// Whether somebody has a turn.
  var isTaken: Bool { state.withLock { $0.isTaken } }

  /// How many wait.
  var waitingCount: Int { state.withLock { $0.waiters.count } }

  /// Runs `body` when it is the asker's turn.
  ///
  /// - Throws: what `body` throws; `CancellationError` where the task is cancelled while it waits.
  func taking<Value>(
    by asker: String, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
  ) async throws -> Value {
    try await wait(asker)
    defer { next() }
    return try await body()
  }

  private func wait(_ asker: String) async throws {
    let number = state.withLock { state in
      state.count += 1
      return state.count
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let isNow = state.withLock { state -> Bool? in
          if Task.isCancelled { return nil }
          if !state.isTaken {
            state.isTaken = true
            return true
          }
          state.waiters.append(Waiter(number: number, asker: asker, resume: continuation))
          return false
        }
        switch isNow {
        case nil: continuation.resume(throwing: CancellationError())
        case true?: continuation.resume()
        case false?: break
        }
      }
    } onCancel: {
      let waiter = state.withLock { state -> Waiter? in
        guard let place = state.waiters.firstIndex(where: { $0.number == number }) else { return nil }
        return state.waiters.remove(at: place)
      }
      waiter?.resume.resume(throwing: CancellationError())
    }
  }

  private func next() {
    let waiter = state.withLock { state -> Waiter? in
      let place = state.waiters.indices.min {
        let (a, b) = (state.waiters[$0], state.waiters[$1])
        return (state.served[a.asker] ?? 0, a.number) < (state.served[b.asker] ?? 0, b.number)
      }
      guard let place else {
        (state.isTaken, state.served) = (false, [:])
        return nil
      }
      let waiter = state.waiters.remove(at: place)
      state.count += 1
      state.served[waiter.asker] = state.count
      return waiter
    }
    waiter?.resume.resume()
  }
}
