import ArgumentParser
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A request to stop: Ctrl-C, SIGTERM, or SIGHUP of a terminal that closes.
enum Interruption {
  /// Counts requests from here on instead of ending the process; the second one ends it at once.
  static func watch() {
    // Made before a handler can look at it: a handler must not wait for a lazy initialisation.
    _ = (requests.load(ordering: .relaxed), firstRequest.load(ordering: .relaxed))
    handle(noteRequest)
  }

  /// Ends the process with the status of an interruption from here on, also as the first process of a container, whose signals
  /// without a handler are ignored: for what has nothing to finish.
  static func endAtOnce() { handle(endNow) }

  private static func handle(_ handler: @escaping @convention(c) (Int32) -> Void) {
    // A program that starts this one from a thread of Dispatch hands down a mask that blocks every signal.
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      // What was started with nohup goes on.
      var known = sigaction()
      if number == SIGHUP, sigaction(number, nil, &known) == 0, isIgnored(known) { continue }
      signal(number, handler)
      sigaddset(&unblocked, number)
    }
    pthread_sigmask(SIG_UNBLOCK, &unblocked, nil)
  }

  private static func isIgnored(_ action: sigaction) -> Bool {
    #if canImport(Darwin)
    let handler = action.__sigaction_u.__sa_handler
    #else
    let handler = action.__sigaction_handler.sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Whether the run was asked to stop, and this many seconds have passed since: what is worked on takes too long.
  static func isOverdue(after patience: Int) -> Bool {
    let first = firstRequest.load(ordering: .relaxed)
    return isRequested && first > 0 && seconds() - first >= patience
  }

  /// Whether the run should stop at the next whole result.
  static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }
}

private let requests = Atomic<Int>(0)
/// When the first request came, in seconds of a clock that only goes on; 0 before.
private let firstRequest = Atomic<Int>(0)

private func seconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int(time.tv_sec) + 1
}

/// A signal handler.
private func endNow(_ number: Int32) { _exit(ExitStatus.interrupted.rawValue) }

/// A signal handler: nothing but reading a clock, atomics and `_exit` may happen here.
private func noteRequest(_ number: Int32) {
  _ = firstRequest.compareExchange(expected: 0, desired: seconds(), ordering: .relaxed)
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
