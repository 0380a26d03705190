import XAIFoundation
package import XAITensor

#if canImport(Darwin)
import Darwin
#endif
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a machine can do at most.
package struct Machine: Sendable, Encodable {
  /// What the processor calls itself; nil where the system doesn't say.
  package let processor: String?
  /// Threads that worked together.
  package let threads: Int
  /// The units that were measured: the fastest for float32, and all for bfloat16.
  package private(set) var peaks: [Peak]
  /// Of its memory.
  package let bandwidth: MemoryBandwidth

  /// Measures the machine; some seconds of work.
  ///
  /// - Parameters:
  ///   - threads: threads that work together; as many as there are processors where it is nil.
  ///   - runs: how many runs there are of each measurement; the best counts.
  package init(threads: Int? = nil, runs: Int = 8) {
    let threads = threads ?? MachineLimits.processorCount
    let units =
      ArithmeticUnit.available(for: .float32).suffix(1) + ArithmeticUnit.available(for: .bfloat16)
    self.threads = threads
    processor = Self.processorName
    peaks = units.compactMap { Peak(of: $0, threads: threads, runs: runs) }
    bandwidth = MemoryBandwidth(threads: threads, runs: runs)
  }

  /// Measures the fastest unit of a precision again, and keeps what is higher.
  ///
  /// The clock of a processor changes, and so does what it shares with others: a peak that is measured once may be lower than
  /// what is compared with it later.
  package mutating func measurePeakAgain(_ precision: KernelSelection.Precision) {
    guard let known = peak(precision), let again = Peak(of: known.unit, threads: threads, runs: 4),
      again.gigaflops > known.gigaflops, let place = peaks.firstIndex(of: known)
    else { return }
    peaks[place] = again
  }

  /// The highest peak of what a precision multiplies; nil where the processor has no unit for it.
  package func peak(_ precision: KernelSelection.Precision) -> Peak? {
    let factors: KernelSelection.Precision = precision == .float32 ? .float32 : .bfloat16
    return peaks.filter { $0.precision == factors }.max { $0.gigaflops < $1.gigaflops }
  }

  /// The most operations a second in a precision, × 10⁻⁹: `bfloat16x3` multiplies three times for each product.
  package func mostGigaflops(_ precision: KernelSelection.Precision) -> Double? {
    peak(precision).map { $0.gigaflops / (precision == .bfloat16x3 ? 3 : 1) }
  }

  private static var processorName: String? {
    #if canImport(Darwin)
    var bytes = [UInt8](repeating: 0, count: 256)
    var count = bytes.count
    guard sysctlbyname("machdep.cpu.brand_string", &bytes, &count, nil, 0) == 0 else { return nil }
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    #else
    guard let information = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return nil }
    let line = information.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line.flatMap { $0.split(separator: ":").last }.map { String($0.drop { $0 == " " }) }
    #endif
  }
}
