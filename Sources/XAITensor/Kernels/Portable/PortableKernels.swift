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

  /// Makes kernels for the fastest instruction set of this processor.
  ///
  /// - Parameter threads: threads for each operation; as many as there are processors where it is nil.
  public init(threads: Int? = nil) {
    self.init(instructionSet: InstructionSet.available.last ?? .baseline, threads: threads)
  }

  /// Makes kernels for an instruction set; traps when it is not `available`.
  public init(instructionSet: InstructionSet, threads: Int? = nil) {
    guard let vector = instructionSet.vectorKernels else {
      preconditionFailure(
        "this processor has no \(instructionSet); it has \(InstructionSet.available.map(\.rawValue))")
    }
    self.instructionSet = instructionSet
    self.vector = vector
    self.pool = ThreadPool(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
  }

  /// The instruction set and the threads.
  public var name: String {
    "portable (\(instructionSet.rawValue), \(pool.threads) thread\(pool.threads == 1 ? "" : "s"))"
  }
}
