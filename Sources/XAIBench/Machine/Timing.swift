import Dispatch
import XAIFoundation
import XAITensor

/// How long several runs of the same work took.
///
/// The best counts, because other programs can only slow a run down; the spread says how much they did.
package struct Timing: Hashable, Sendable, Encodable {
  /// Seconds of the fastest run.
  package let best: Double
  /// Seconds of the run in the middle.
  package let median: Double
  /// Seconds of the slowest run.
  package let worst: Double
  /// How many runs there were.
  package let runs: Int

  /// Takes the seconds of at least one run.
  package init(_ seconds: [Double]) {
    require(!seconds.isEmpty, "a timing needs a run")
    let sorted = seconds.sorted()
    best = sorted[0]
    worst = sorted[sorted.count - 1]
    median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    runs = sorted.count
  }

  /// How much longer the slowest run took than the fastest, as a share of the fastest.
  package var spread: Double { best > 0 ? worst / best - 1 : 0 }
}

/// How often a piece of work is timed.
package struct Repetition: Hashable, Sendable {
  /// The most runs that count.
  package var most: Int
  /// No run begins after this many seconds, unless none has counted yet.
  package var seconds: Double

  /// Says how often.
  package init(most: Int, seconds: Double) {
    self.most = most
    self.seconds = seconds
  }

  /// Runs the work once to warm up, and then as often as it is to count.
  ///
  /// - Parameters:
  ///   - goesOn: asked before each run; false ends the repetition.
  ///   - work: gives its own seconds.
  /// - Returns: the seconds of the runs that count, or nil where there were none.
  func run(while goesOn: () -> Bool, _ work: () throws -> Double) rethrows -> Timing? {
    guard goesOn() else { return nil }
    var spent = try work()
    var counted: [Double] = []
    while counted.count < most, counted.isEmpty || spent < seconds, goesOn() {
      let time = try work()
      counted.append(time)
      spent += time
    }
    return counted.isEmpty ? nil : Timing(counted)
  }
}

/// Runs `body` on this many threads at once, and gives the seconds until the last has ended.
///
/// Dispatch wakes its threads some 50 µs after the caller has begun, which runs of many milliseconds don't notice.
func secondsOnAllThreads(threads: Int, _ body: @Sendable (_ thread: Int) -> Void) -> Double {
  Stopwatch.system.seconds { DispatchQueue.concurrentPerform(iterations: threads, execute: body) }
}
