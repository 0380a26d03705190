/// What can be wrong with what a user asks of the engine.
public enum TensorError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No kernels of this name are part of this build; `available` are.
  case unknownKernels(String, available: [String])
  /// Kernels can't run on this number of threads.
  case invalidThreadCount(Int)
  /// Kernels of this name have float32 only.
  case noBfloat16Kernels(String)
  /// The processor has no instructions for products in bfloat16.
  case noBfloat16Processor

  /// What was wrong, and what to do.
  public var description: String {
    switch self {
    case .unknownKernels("onednn", let available):
      "this build has no oneDNN kernels: install libdnnl-dev and build again, or choose from: "
        + available.joined(separator: ", ")
    case .unknownKernels(let name, let available):
      "there are no kernels named '\(name)'; choose from: \(available.joined(separator: ", "))"
    case .invalidThreadCount(let threads):
      "kernels can't run on \(threads) threads; give a number from 1 to \(KernelSelection.mostThreads)"
    case .noBfloat16Kernels(let name):
      "the kernels '\(name)' have float32 only; other precisions need the kernels 'portable'"
    case .noBfloat16Processor:
      "bfloat16 and bfloat16x3 need a processor with AMX (amx_bf16 and avx512_bf16 among its flags), and Linux; this one has float32 only"
    }
  }
}
