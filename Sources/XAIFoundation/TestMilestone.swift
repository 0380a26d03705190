import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A place at which a test ends a run or makes it wait.
///
/// For tests only: it does nothing unless the environment names it.
/// `XAI_TEST_MILESTONE=<milestone>:<n>:<action>` acts when the process reaches a milestone for the n-th time, so that a
/// test of interruptions cuts a run at the same place however fast the machine is. The action `KILL`, `INT` or `TERM`
/// sends the process that signal. Anything else is a path: a file is made there, and the process waits until it is removed.
package enum TestMilestone: String, Sendable {
  /// A durable write. Each one is reached twice: with its bytes stored but not yet in place, and once they are.
  case write
  /// An image, a training step or a timed run is done.
  case result
  /// A batch of a group of images is answered.
  case batch
  /// An explainer of many passes has made a batch of them.
  case passes

  /// Acts where the environment says so.
  package func reached() {
    guard let plan = Plan.ofProcess, plan.milestone == self,
      reachedCount.add(1, ordering: .relaxed).newValue == plan.count
    else { return }
    plan.act()
  }
}

/// How often the planned milestone has been reached.
private let reachedCount = Atomic(0)

/// What the environment asks for.
private struct Plan {
  let milestone: TestMilestone
  let count: Int
  let action: String

  /// Nil without the variable, and where it is something else.
  static let ofProcess = getenv("XAI_TEST_MILESTONE").flatMap { Plan(String(cString: $0)) }

  init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 2).map(String.init)
    guard parts.count == 3, let milestone = TestMilestone(rawValue: parts[0]), let count = Int(parts[1])
    else { return nil }
    (self.milestone, self.count, self.action) = (milestone, count, parts[2])
  }

  func act() {
    switch action {
    case "KILL": raise(SIGKILL)
    case "INT": raise(SIGINT)
    case "TERM": raise(SIGTERM)
    default: wait(forRemovalOf: action)
    }
  }

  private func wait(forRemovalOf path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    close(descriptor)
    // A test that dies must not leave a process that waits forever.
    let parent = getppid()
    while access(path, F_OK) == 0, getppid() == parent { usleep(1_000) }
  }
}
