import Synchronization
import XAIFoundation

/// The values that were used last, as many as there is room for.
final class BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let capacity: Int
  /// The one that was used last comes last.
  private let entries = Guarded<[(key: Key, value: Value)]>([])

  init(capacity: Int) { self.capacity = max(capacity, 1) }

  subscript(key: Key) -> Value? {
    get {
      entries.withLock { entries in
        guard let place = entries.firstIndex(where: { $0.key == key }) else { return nil }
        let entry = entries.remove(at: place)
        entries.append(entry)
        return entry.value
      }
    }
    set {
      entries.withLock { entries in
        entries.removeAll { $0.key == key }
        if let newValue { entries.append((key, newValue)) }
        if entries.count > capacity { entries.removeFirst(entries.count - capacity) }
      }
    }
  }

  /// Forgets the values of keys.
  func removeAll(where isGone: @Sendable (Key) -> Bool) {
    entries.withLock { entries in entries.removeAll { isGone($0.key) } }
  }

  /// How many values are kept.
  var count: Int { entries.withLock { $0.count } }
}
