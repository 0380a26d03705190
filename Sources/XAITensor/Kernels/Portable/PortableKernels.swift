import CVectorKernels

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Kernels that need no library: blocked, packed and threaded, for the best vector instructions the processor has.
public struct PortableKernels: VectorRowKernels {
  /// The vector instructions in use.
  public let instructionSet: InstructionSet
  /// The vector instructions and threads.
  public let unit: VectorUnit
  /// What the factors of products keep.
  public let precision: KernelSelection.Precision
  /// Parameters in bfloat16; nil where products are in another precision.
  let parameters: PackedParameters?

  /// Makes float32 kernels for the fastest instruction set of this processor.
  ///
  /// - Parameter threads: threads for each operation; as many as there are processors where it is nil.
  public init(threads: Int? = nil) {
    self.init(instructionSet: InstructionSet.available.last ?? .baseline, threads: threads)
  }

  /// Makes float32 kernels for an instruction set; traps when it is not `available`.
  public init(instructionSet: InstructionSet, threads: Int? = nil) {
    self.init(instructionSet: instructionSet, threads: threads, precision: .float32)
  }

  /// Makes kernels of a precision; nil where it is not float32 and the processor has no matrix tiles for bfloat16.
  public init?(precision: KernelSelection.Precision, threads: Int? = nil) {
    guard precision != .float32 else {
      self.init(threads: threads)
      return
    }
    guard xai_amx_available(), InstructionSet.available.contains(.avx512) else { return nil }
    self.init(instructionSet: .avx512, threads: threads, precision: precision)
  }

  private init(instructionSet: InstructionSet, threads: Int?, precision: KernelSelection.Precision) {
    guard let vector = instructionSet.vectorKernels else {
      preconditionFailure(
        "this processor has no \(instructionSet); it has \(InstructionSet.available.map(\.rawValue))")
    }
    self.instructionSet = instructionSet
    self.unit = VectorUnit(
      vector: vector, pool: ThreadPool(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount))
    self.precision = precision
    self.parameters = precision == .bfloat16 ? PackedParameters() : nil
  }

  /// The instruction set, the threads, and the precision where it is not float32.
  public var name: String {
    "portable\(precision == .float32 ? "" : " \(precision.rawValue)") "
      + "(\(instructionSet.rawValue), \(pool.threads) thread\(pool.threads == 1 ? "" : "s"))"
  }
}
