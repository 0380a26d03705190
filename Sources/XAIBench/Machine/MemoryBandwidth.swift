import CVectorKernels
import XAIFoundation
import XAITensor

/// How fast all threads together read and write memory that no cache holds.
///
/// The triad of STREAM (McCalpin 1995): sum ← a + s·b on large arrays. As there, two arrays that are read and one that is
/// written are counted; that the processor reads what it is about to overwrite is not.
package struct MemoryBandwidth: Hashable, Sendable, Encodable {
  /// Bytes a second, × 10⁻⁹, in the best run.
  package let gigabytesPerSecond: Double
  /// How much slower the slowest run was.
  package let spread: Double
  /// Bytes of the three arrays.
  package let bytes: Int

  /// Measures it.
  ///
  /// - Parameters:
  ///   - bytes: of the three arrays together; several times as much as the last cache holds.
  ///   - runs: how many runs there are; the best counts.
  package init(threads: Int, bytes: Int = 768 << 20, runs: Int = 5) {
    require(threads > 0 && runs > 0, "\(runs) runs on \(threads) threads measure nothing")
    let count = max(bytes / (3 * MemoryLayout<Float>.stride), threads)
    let arrays = Arrays(count: count)
    _ = arrays.triad(threads: threads)  // the first one is given its pages
    let timing = Timing((0..<runs).map { _ in arrays.triad(threads: threads) })
    self.bytes = 3 * count * MemoryLayout<Float>.stride
    gigabytesPerSecond = Double(self.bytes) / timing.best * 1e-9
    spread = timing.spread
  }

  /// Three arrays of ones; threads work on ranges that don't overlap.
  final class Arrays: @unchecked Sendable {
    private let memory: UnsafeMutableBufferPointer<Float>
    private let count: Int

    init(count: Int) {
      self.count = count
      memory = .allocate(capacity: 3 * count)
      memory.initialize(repeating: 1)
    }

    deinit { memory.deallocate() }

    /// The array that is written.
    var sums: [Float] { Array(memory[..<count]) }

    /// Works on all elements, and gives the seconds that it took.
    func triad(threads: Int) -> Double {
      secondsOnAllThreads(threads: threads) { [count] thread in
        triad(count * thread / threads..<count * (thread + 1) / threads)
      }
    }

    private func triad(_ range: Range<Int>) {
      guard let start = memory.baseAddress, !range.isEmpty else { return }
      let sum = start + range.lowerBound
      xai_triad(sum, sum + count, sum + 2 * count, 0.5, range.count)
    }
  }
}
