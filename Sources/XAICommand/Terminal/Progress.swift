import Synchronization
import XAICore
import XAIFoundation

/// How far a long run is, on standard error.
///
/// A terminal has one line that is overwritten; a log has a line now and then.
final class Progress: Sendable {
  private struct State {
    var lastShown: ContinuousClock.Instant
    var hasLine = false
  }

  private let isShown: Bool
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private let state: Guarded<State>

  /// Begins a run.
  init(isShown: Bool) {
    self.isShown = isShown
    start = clock.now
    state = Guarded(State(lastShown: start))
  }

  /// Shows a text where it is time to.
  ///
  /// - Parameter text: makes it from the seconds since the run began.
  func update(_ text: (_ seconds: Double) -> String) {
    let interval: Duration = StandardError.isTerminal ? .milliseconds(200) : .seconds(10)
    state.withLock { state in
      guard isShown, clock.now - state.lastShown >= interval else { return }
      state.lastShown = clock.now
      let line = text(max((clock.now - start) / .seconds(1), 1e-3))
      if StandardError.isTerminal {
        StandardError.replaceLine(with: line)
        state.hasLine = true
      } else {
        StandardError.write(line + "\n")
      }
    }
  }

  /// Takes the line away, before anything else is written to the terminal.
  func clear() {
    state.withLock { state in
      guard state.hasLine else { return }
      StandardError.replaceLine(with: "")
      state.hasLine = false
    }
  }
}

extension Progress {
  /// Shows how far an explainer of many passes is, behind `prefix`, and stops it where the run is to stop.
  func passes(after prefix: String) -> PassProgress.Watcher {
    { count in
      self.update { _ in
        "\(prefix)\(count.explainer): \(grouped(count.done)) of \(grouped(count.total)) passes"
      }
      TestMilestone.passes.reached()
      return !Interruption.isRequested
    }
  }
}

/// How many images of how many are done, with the rate and the time left.
func imageCount(done: Int, of total: Int, seconds: Double) -> String {
  guard done > 0 else { return "0 of \(total) images" }
  let rate = Double(done) / seconds
  return "\(done) of \(total) images, \(decimal(rate, places: rate < 10 ? 2 : 1)) a second, "
    + "\(duration(Double(total - done) / rate)) left"
}
