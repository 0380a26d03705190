import CVectorKernels

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Kernels that need no library: blocked, packed and threaded, for the best vector instructions the processor has.
public struct PortableKernels: Kernels {
  /// The vector instructions in use.
  public let instructionSet: InstructionSet
  let vector: VectorKernels
  let pool: ThreadPool
  /// Parameters in bfloat16; nil where everything is float32.
  let parameters: PackedParameters?

  /// Makes float32 kernels for the fastest instruction set of this processor.
  ///
  /// - Parameter threads: threads for each operation; as many as there are processors where it is nil.
  public init(threads: Int? = nil) {
    self.init(instructionSet: InstructionSet.available.last ?? .baseline, threads: threads)
  }

  /// Makes float32 kernels for an instruction set; traps when it is not `available`.
  public init(instructionSet: InstructionSet, threads: Int? = nil) {
    self.init(instructionSet: instructionSet, threads: threads, parameters: nil)
  }

  /// Makes kernels whose products with parameters are in bfloat16 with float32 sums; all else is in float32, and so is
  /// every reverse pass.
  ///
  /// - Returns: nil where the processor has no matrix tiles for bfloat16.
  public static func bfloat16(threads: Int? = nil) -> PortableKernels? {
    guard xai_amx_available(), InstructionSet.available.contains(.avx512) else { return nil }
    return PortableKernels(instructionSet: .avx512, threads: threads, parameters: PackedParameters())
  }

  private init(instructionSet: InstructionSet, threads: Int?, parameters: PackedParameters?) {
    guard let vector = instructionSet.vectorKernels else {
      preconditionFailure(
        "this processor has no \(instructionSet); it has \(InstructionSet.available.map(\.rawValue))")
    }
    self.instructionSet = instructionSet
    self.vector = vector
    self.pool = ThreadPool(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    self.parameters = parameters
  }

  /// The instruction set, the threads, and the precision where it is not float32.
  public var name: String {
    "portable\(parameters == nil ? "" : " bfloat16") "
      + "(\(instructionSet.rawValue), \(pool.threads) thread\(pool.threads == 1 ? "" : "s"))"
  }
}
