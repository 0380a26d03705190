import Synchronization

/// A value that is made when it is first asked for, once, whichever threads ask.
package final class Lazy<Value: Sendable>: Sendable {
  private let known = Guarded<Value?>(nil)
  private let make: @Sendable () -> Value

  package init(_ make: @escaping @Sendable () -> Value) { self.make = make }

  /// The value; a thread that asks while it is made waits for it.
  package var value: Value {
    known.withLock { known in
      if let known { return known }
      let value = make()
      known = value
      return value
    }
  }
}
