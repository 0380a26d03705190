#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Time as a download sees it, which tests set.
package struct HubClock: Sendable {
  /// Seconds since some moment.
  package var seconds: @Sendable () -> Double
  /// Waits for some seconds.
  package var pause: @Sendable (_ seconds: Double) -> Void

  package init(
    seconds: @escaping @Sendable () -> Double, pause: @escaping @Sendable (_ seconds: Double) -> Void
  ) {
    (self.seconds, self.pause) = (seconds, pause)
  }

  /// The system's.
  package static let system: HubClock = {
    let clock = ContinuousClock()
    let start = clock.now
    return HubClock(
      seconds: { (clock.now - start) / .seconds(1) },
      pause: { usleep(UInt32(max($0, 0) * 1_000_000)) })
  }()
}
