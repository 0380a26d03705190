import ArgumentParser
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A request to stop: Ctrl-C or SIGTERM.
enum Interruption {
  /// Counts requests from here on instead of ending the process; the second one ends it at once.
  static func watch() {
    // Made before a handler can look at it: a handler must not wait for a lazy initialisation.
    _ = requests.load(ordering: .relaxed)
    // A program that starts this one from a thread of Dispatch hands down a mask that blocks every signal.
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    for number in [SIGINT, SIGTERM] {
      signal(number, noteRequest)
      sigaddset(&unblocked, number)
    }
    pthread_sigmask(SIG_UNBLOCK, &unblocked, nil)
  }

  /// Whether the run should stop at the next whole result.
  static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }
}

private let requests = Atomic<Int>(0)

/// A signal handler: nothing but an atomic addition and `_exit` may happen here.
private func noteRequest(_ number: Int32) {
  if requests.add(1, ordering: .relaxed).oldValue > 0 { _exit(ExitStatus.interrupted.rawValue) }
}

/// What a run counts.
protocol CountedUnit {
  /// What users call one, and several.
  static var names: (one: String, several: String) { get }
}

/// Steps of a training.
enum Steps: CountedUnit {
  static let names = (one: "step", several: "steps")
}

/// Images of an evaluation.
enum Images: CountedUnit {
  static let names = (one: "image", several: "images")
}

/// When a run is to end before its work does: after `90s`, `30min`, `2h` or a count such as `500steps`.
enum StopCondition<Unit: CountedUnit>: ExpressibleByArgument, Equatable {
  case count(Int)
  case seconds(Double)

  init?(argument: String) {
    let digits = argument.prefix { $0.isNumber || $0 == "." }
    let unit = argument.dropFirst(digits.count)
    if unit == Unit.names.one || unit == Unit.names.several {
      guard let count = Int(digits), count > 0 else { return nil }
      self = .count(count)
    } else {
      let factors: [Substring: Double] = ["s": 1, "min": 60, "h": 3600]
      guard let number = Double(digits), let factor = factors[unit], number * factor < 1e9 else { return nil }
      self = .seconds(number * factor)
    }
  }

  /// Whether a run of this many and this long has done enough.
  func isMet(count: Int, seconds: Double) -> Bool {
    switch self {
    case .count(let most): count >= most
    case .seconds(let limit): seconds >= limit
    }
  }
}
