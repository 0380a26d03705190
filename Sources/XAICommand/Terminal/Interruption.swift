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
