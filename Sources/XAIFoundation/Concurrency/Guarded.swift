// The sanitizer is run by Scripts/test-threads, which sets the condition.
#if XAI_THREAD_SANITIZER
#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A value that one thread at a time may touch, behind a lock that the thread sanitizer knows.
///
/// It doesn't see the lock of `Mutex`, which is in a library that it doesn't watch, and takes what is behind it for a race.
package final class Guarded<Value>: @unchecked Sendable {
  private nonisolated(unsafe) var value: Value
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  package init(_ value: sending Value) {
    self.value = value
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  package func withLock<Result, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}
#else
package import Synchronization

/// A value that one thread at a time may touch: `Mutex`, except under the thread sanitizer, which doesn't see its lock.
package typealias Guarded<Value> = Mutex<Value>
#endif
