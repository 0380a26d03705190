import Dispatch
import XAITensor

/// Runs `body` on this many threads at once, and gives the seconds until the last has ended.
///
/// Dispatch wakes its threads some 50 µs after the caller has begun, which runs of many milliseconds don't notice.
func secondsOnAllThreads(threads: Int, _ body: @Sendable (_ thread: Int) -> Void) -> Double {
  Stopwatch.system.seconds { DispatchQueue.concurrentPerform(iterations: threads, execute: body) }
}
