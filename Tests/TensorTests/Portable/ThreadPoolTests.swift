import Synchronization
import Testing

@testable import XAITensor

struct ThreadPoolTests {
  /// Each block runs once, whether the workers are awake, asleep or outnumber the blocks.
  @Test(arguments: [1, 2, 4])
  func eachBlockRunsOnce(threads: Int) async throws {
    let pool = ThreadPool(threads: threads)
    for count in [0, 1, 2, 3, 100] {
      for round in 0..<50 {
        let counts = Mutex([Int](repeating: 0, count: count))
        pool.run(count: count) { index in counts.withLock { $0[index] += 1 } }
        #expect(counts.withLock { $0 } == Array(repeating: 1, count: count))
        if round % 25 == 24 { try await Task.sleep(for: .milliseconds(2)) }
      }
    }
  }

  @Test func nestedRunsFinish() {
    let pool = ThreadPool(threads: 3)
    let total = Atomic(0)
    pool.run(count: 6) { _ in
      pool.run(count: 7) { _ in _ = total.add(1, ordering: .relaxed) }
    }
    #expect(total.load(ordering: .relaxed) == 42)
  }

  /// Threads end with their pool; many pools must not exhaust the system.
  @Test func poolsComeAndGo() {
    for _ in 0..<200 {
      let pool = ThreadPool(threads: 4)
      let total = Atomic(0)
      pool.run(count: 4) { _ in _ = total.add(1, ordering: .relaxed) }
      #expect(total.load(ordering: .relaxed) == 4)
    }
  }
}
