import Dispatch
import Synchronization

/// A value that another thread makes meanwhile, so that decoding overlaps with arithmetic.
package final class Background<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let made = DispatchGroup()

  /// Begins to make the value.
  package init(_ make: @escaping @Sendable () -> Value) {
    made.enter()
    DispatchQueue.global().async { [self] in
      let result = make()
      value.withLock { $0 = result }
      made.leave()
    }
  }

  /// Waits for the value and hands it over; the second call gives nil.
  package func take() -> Value? {
    made.wait()
    return value.withLock { $0.take() }
  }
}
