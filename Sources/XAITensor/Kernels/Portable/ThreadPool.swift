import CVectorKernels
import Dispatch
import Synchronization
import XAIFoundation

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Threads that wait for blocks of work, and share them with the thread that calls.
///
/// A layer is a run of short operations, so a worker looks out for the next one for about a millisecond before it sleeps:
/// waking it costs more than a small product takes. Dispatch's `concurrentPerform` wakes its threads too late for that.
/// One caller at a time has the workers; another that calls meanwhile, or from inside a block, does its work alone.
final class ThreadPool: Sendable {
  /// Threads that work on an operation, the caller's included.
  let threads: Int
  private let board: Board

  init(threads: Int) {
    require(threads > 0, "a thread pool needs at least one thread, not \(threads)")
    self.threads = threads
    self.board = Board()
    for _ in 1..<threads { Self.start(board) }
  }

  deinit { board.stop() }

  /// Calls `body` once for each of `0..<count`, in no order and on all threads, and returns when all are done.
  func run(count: Int, _ body: (Int) -> Void) {
    guard count > 1, threads > 1, board.claim() else {
      for index in 0..<max(count, 0) { body(index) }
      return
    }
    withoutActuallyEscaping(body) { body in board.run(Job(count: count, body: body)) }
  }

  private static func start(_ board: Board) {
    let context = Unmanaged.passRetained(board).toOpaque()
    // A number in glibc, a pointer elsewhere.
    #if canImport(Glibc)
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, { serve($0) }, context)
    if code == 0 { pthread_detach(thread) }
    #else
    var thread: pthread_t?
    let code = pthread_create(&thread, nil, { serve($0) }, context)
    if code == 0, let thread { pthread_detach(thread) }
    #endif
    // Without the thread the others do its share.
    if code != 0 { Unmanaged<Board>.fromOpaque(context).release() }
  }
}

private func serve(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let context { Unmanaged<Board>.fromOpaque(context).takeRetainedValue().serve() }
  return nil
}

/// What all threads of one operation share: blocks are handed out one by one, so that a slow core takes fewer.
private final class Job {
  let count: Int
  let body: (Int) -> Void
  let next = Atomic(0)

  init(count: Int, body: @escaping (Int) -> Void) {
    self.count = count
    self.body = body
  }

  func work() {
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      body(index)
    }
  }
}

/// Where the caller posts a job and workers look for one.
///
/// `job` is written only by the caller that holds `claimed`, while `isOpen` is false and no worker is inside. A worker
/// announces itself in `inside` before it looks at `isOpen`; the caller closes before it looks at `inside`. Both in
/// sequential order, so a worker that comes late finds the job closed and never touches it.
private final class Board: @unchecked Sendable {
  private var job: Job?
  private let claimed = Atomic(false)
  private let isOpen = Atomic(false)
  private let inside = Atomic(0)
  private let posted = Atomic(0)
  private let sleeping = Atomic(0)
  private let stopped = Atomic(false)
  private let bell = DispatchSemaphore(value: 0)

  func claim() -> Bool {
    claimed.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
  }

  func run(_ job: Job) {
    self.job = job
    isOpen.store(true, ordering: .sequentiallyConsistent)
    announce()
    job.work()
    isOpen.store(false, ordering: .sequentiallyConsistent)
    var turns = 0
    while inside.load(ordering: .sequentiallyConsistent) > 0 { lookOut(turn: &turns) }
    self.job = nil
    claimed.store(false, ordering: .releasing)
  }

  func stop() {
    stopped.store(true, ordering: .sequentiallyConsistent)
    announce()
  }

  private func announce() {
    posted.add(1, ordering: .sequentiallyConsistent)
    for _ in 0..<sleeping.exchange(0, ordering: .sequentiallyConsistent) { bell.signal() }
  }

  /// The life of a worker.
  func serve() {
    var seen = 0
    while !stopped.load(ordering: .sequentiallyConsistent) {
      seen = waitForPost(after: seen)
      inside.add(1, ordering: .sequentiallyConsistent)
      help()
      inside.subtract(1, ordering: .sequentiallyConsistent)
    }
  }

  /// A function of its own, so that nothing holds the job any more when the worker is no longer inside.
  @inline(never) private func help() {
    if isOpen.load(ordering: .sequentiallyConsistent) { job?.work() }
  }

  private func waitForPost(after seen: Int) -> Int {
    var turns = 0
    while true {
      let current = posted.load(ordering: .acquiring)
      if current != seen { return current }
      if turns < turnsBeforeSleep {
        lookOut(turn: &turns)
      } else {
        // A post between the look above and the sleep is seen here, or has counted this sleeper and rings for it.
        sleeping.add(1, ordering: .sequentiallyConsistent)
        if posted.load(ordering: .sequentiallyConsistent) == seen { bell.wait() }
        turns = 0
      }
    }
  }
}

/// One turn of a loop that waits for another thread: after some microseconds it offers its core to who needs it more.
private func lookOut(turn: inout Int) {
  turn += 1
  if turn < turnsBeforeYield { xai_pause() } else { sched_yield() }
}

/// Some microseconds.
private let turnsBeforeYield = 200
/// About a millisecond: more than lies between two layers.
private let turnsBeforeSleep = 2_000
