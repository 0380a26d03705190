/// Reads the time for what measures how long work takes; tests have one of their own, whose times are known.
package struct Stopwatch: Sendable {
  /// The seconds since some moment.
  package let now: @Sendable () -> Double

  /// Reads the time in a way of one's own.
  package init(now: @escaping @Sendable () -> Double) {
    self.now = now
  }

  /// The system's clock, which never goes back.
  package static let system: Stopwatch = {
    let clock = ContinuousClock()
    let start = clock.now
    return Stopwatch { (clock.now - start) / .seconds(1) }
  }()

  /// The seconds that some work takes.
  package func seconds<Result>(_ work: () throws -> Result) rethrows -> Double {
    let start = now()
    _ = try work()
    return now() - start
  }
}
