import CVectorKernels
import XAIFoundation
package import XAITensor

/// The most that a processor's threads multiply and add together, in registers alone.
///
/// No product of matrices can be faster, and one that reaches 80 % of it is a good one.
package struct Peak: Hashable, Sendable, Encodable {
  /// What was multiplied with.
  package let unit: ArithmeticUnit
  /// The type of the factors.
  package let precision: KernelSelection.Precision
  /// Operations a second, × 10⁻⁹, in the best run.
  package let gigaflops: Double
  /// How much slower the slowest run was.
  package let spread: Double

  /// Measures a unit on this many threads at once; nil where the processor lacks it.
  ///
  /// - Parameters:
  ///   - runs: how many runs there are; the best counts.
  ///   - seconds: how long each run is to take, roughly.
  package init?(of unit: ArithmeticUnit, threads: Int, runs: Int = 8, seconds duration: Double = 0.05) {
    require(threads > 0 && runs > 0, "\(runs) runs on \(threads) threads measure nothing")
    let trial = 20_000
    var operations = 0.0
    let time = Stopwatch.system.seconds { operations = unit.run(rounds: trial) ?? 0 }
    guard operations > 0 else { return nil }
    let rounds = max(trial, Int(Double(trial) * duration / max(time, 1e-6)))
    let timing = Timing(
      (0..<runs).map { _ in secondsOnAllThreads(threads: threads) { _ in _ = unit.run(rounds: rounds) } })
    self.unit = unit
    precision = unit.precision
    gigaflops = operations / Double(trial) * Double(rounds * threads) / timing.best * 1e-9
    spread = timing.spread
  }
}

/// What a processor multiplies and adds with: an instruction set and the type of the factors; sums are float32.
package enum ArithmeticUnit: String, CaseIterable, Sendable, Encodable {
  /// The architecture's own vectors: SSE2 on x86-64, NEON on arm64.
  case baseline
  /// AVX2 with fused multiply-add.
  case avx2
  /// AVX-512.
  case avx512
  /// AVX-512 with products of pairs of bfloat16 (VDPBF16PS).
  case avx512BFloat16 = "avx512_bf16"
  /// Tiles of bfloat16 (TDPBF16PS).
  case amxBFloat16 = "amx_bf16"

  /// The type of the factors.
  package var precision: KernelSelection.Precision {
    switch self {
    case .baseline, .avx2, .avx512: .float32
    case .avx512BFloat16, .amxBFloat16: .bfloat16
    }
  }

  /// The units of a precision that this processor has, from the slowest to the fastest.
  package static func available(for precision: KernelSelection.Precision) -> [ArithmeticUnit] {
    allCases.filter { $0.precision == precision && $0.run(rounds: 0) != nil }
  }

  /// Multiplies and adds in registers on the calling thread, and gives how many operations those were, an addition and a
  /// multiplication being two; nil where the processor lacks the unit.
  func run(rounds: Int) -> Double? {
    switch self {
    case .baseline: Self.run(.baseline, rounds)
    case .avx2: Self.run(.avx2, rounds)
    case .avx512: Self.run(.avx512, rounds)
    case .avx512BFloat16: xai_bfloat16_available() ? xai_bfloat16_peak(rounds) : nil
    case .amxBFloat16: xai_amx_available() ? xai_amx_peak(rounds) : nil
    }
  }

  private static func run(_ set: InstructionSet, _ rounds: Int) -> Double? {
    InstructionSet.available.contains(set) ? set.runPeak(rounds: rounds) : nil
  }
}
