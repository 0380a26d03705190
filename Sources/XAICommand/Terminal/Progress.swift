/// How far a long run is: count, rate and time left on standard error.
///
/// A terminal has one line that is overwritten; a log has a line now and then.
struct Progress {
  private let total: Int
  private let isShown: Bool
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var lastShown: ContinuousClock.Instant
  private var hasLine = false

  /// Begins a run of `total` pictures; a short one shows nothing.
  init(total: Int, isShown: Bool) {
    self.total = total
    self.isShown = isShown && total > 1
    start = clock.now
    lastShown = start
  }

  /// Shows the count where it is time to.
  mutating func update(done: Int) {
    let interval: Duration = StandardError.isTerminal ? .milliseconds(200) : .seconds(10)
    guard isShown, done < total, clock.now - lastShown >= interval else { return }
    lastShown = clock.now
    if StandardError.isTerminal {
      StandardError.write("\r\u{1B}[K" + text(done: done))
      hasLine = true
    } else {
      StandardError.write(text(done: done) + "\n")
    }
  }

  /// Takes the line away, before anything else is written to the terminal.
  mutating func clear() {
    guard hasLine else { return }
    StandardError.write("\r\u{1B}[K")
    hasLine = false
  }

  private func text(done: Int) -> String {
    let seconds = max((clock.now - start) / .seconds(1), 1e-3)
    let rate = Double(done) / seconds
    guard done > 0 else { return "0 of \(total) images" }
    return "\(done) of \(total) images, \(fixed(rate, places: rate < 10 ? 2 : 1)) a second, "
      + "\(duration(Double(total - done) / rate)) left"
  }
}
