import Dispatch
import Synchronization

/// Values made of elements in order on another thread, the next one while one is used.
///
/// Two values are in memory at most: the one that is used and the one that is being made.
package struct Prefetched<Source: IteratorProtocol, Value: Sendable>: Sequence, IteratorProtocol
where Source.Element: Sendable {
  private var source: Source
  private var upcoming: Background<Value>?
  private let make: @Sendable (Source.Element) -> Value

  /// Begins to make the first value.
  package init(_ source: Source, _ make: @escaping @Sendable (Source.Element) -> Value) {
    self.source = source
    self.make = make
    begin()
  }

  /// Waits for the next value, and begins to make the one after it; nil after the last.
  package mutating func next() -> Value? {
    let value = upcoming?.take()
    begin()
    return value
  }

  private mutating func begin() {
    upcoming = source.next().map { [make] element in Background { make(element) } }
  }
}

extension Sequence where Element: Sendable {
  /// Values made of the elements in order on another thread, the next one while one is used.
  package func prefetched<Value: Sendable>(
    _ make: @escaping @Sendable (Element) -> Value
  ) -> Prefetched<Iterator, Value> {
    Prefetched(makeIterator(), make)
  }
}

/// A value that another thread makes meanwhile, so that decoding overlaps with arithmetic.
package final class Background<Value: Sendable>: Sendable {
  private let value = Guarded<Value?>(nil)
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
