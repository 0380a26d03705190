import CVectorKernels

/// A set of vector instructions that the portable kernels are compiled for.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// What every processor of the architecture has: SSE2 on x86-64, NEON on arm64.
  case baseline
  /// AVX2 with fused multiply-add.
  case avx2
  /// AVX-512 F, DQ, VL and BW.
  case avx512

  /// The instruction sets that this processor has, from the slowest to the fastest.
  public static var available: [InstructionSet] { allCases.filter { $0.vectorKernels != nil } }

  /// The innermost loops for this instruction set; nil where the processor lacks it.
  var vectorKernels: VectorKernels? {
    xai_vector_kernels_for(Int32(code)).map { VectorKernels(functions: $0.pointee) }
  }

  private var code: Int {
    switch self {
    case .baseline: XAI_BASELINE
    case .avx2: XAI_AVX2
    case .avx512: XAI_AVX512
    }
  }

  /// Runs multiply-adds in registers on the calling thread, and gives the number of operations that were run.
  ///
  /// Timed, that is the processor's peak, which products are compared with; 0 where the processor lacks the set.
  public func runPeak(rounds: Int) -> Double { xai_peak_fma(Int32(code), rounds) }
}

/// The table of innermost loops for one instruction set: constants, so any thread may read them.
struct VectorKernels: @unchecked Sendable {
  let functions: xai_vector_kernels
}
