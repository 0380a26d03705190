import Dispatch
import Synchronization
import Testing
import XAICore
import XAIFoundation

@Suite struct PrefetchedTests {
  @Test("values come in order, each made once, and at most one ahead of those that were taken")
  func order() {
    let made = Mutex<[Int]>([])
    var values = (0..<5).prefetched { number in
      made.withLock { $0.append(number) }
      return number * number
    }
    for number in 0..<5 {
      #expect(values.next() == number * number)
      let known = made.withLock { $0 }
      #expect(Array(known.prefix(number + 1)) == Array(0...number) && known.count <= number + 2)
    }
    #expect(values.next() == nil)
    #expect(values.next() == nil)
    #expect(made.withLock { $0 } == [0, 1, 2, 3, 4])
  }

  @Test("the next value is made while one is used")
  func ahead() {
    let begun = DispatchedFlag()
    var values = [0, 1].prefetched { number in
      if number == 1 { begun.set() }
      return number
    }
    #expect(values.next() == 0)
    // Returns only because the second value is made without being asked for.
    begun.wait()
    #expect(values.next() == 1)
  }

  @Test func empty() {
    #expect(Array([Int]().prefetched { $0 }).isEmpty)
  }
}

/// Set once, waited for once.
private final class DispatchedFlag: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  func set() { semaphore.signal() }
  func wait() { semaphore.wait() }
}
