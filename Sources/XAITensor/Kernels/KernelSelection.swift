/// Which kernels this build has, and which of them runs.
public enum KernelSelection {
  /// The most threads that can be asked for: a limit that only a slip of the keyboard reaches.
  public static let mostThreads = 1024

  /// The environment variable that callers take a name for `makeKernels` from.
  public static let environmentVariable = "XAI_KERNELS"

  /// Names of the kernels in this build, the preferred first.
  public static var availableKernels: [String] { implementations.map(\.name) }

  /// What the factors of products keep; sums are always float32, and so are softmax, layer norm and GELU.
  public enum Precision: String, CaseIterable, Sendable, Codable {
    /// 24 bits.
    case float32
    /// 16 bits of the factors of all products, forward and reverse, each as a sum of two bfloat16 numbers: logits move in the
    /// fifth digit, at twice the speed.
    case bfloat16x3
    /// 8 bits of the factors of products with parameters and of attention, in forward passes: logits move by some
    /// hundredths, and the speed doubles again. Backward passes are float32.
    case bfloat16
    /// The same, and 8 bits of the factors of products in backward passes: parameters, attention and gradients.
    case bfloat16Backward = "bfloat16-backward"
  }

  /// Makes kernels by name.
  ///
  /// - Parameters:
  ///   - name: one of `availableKernels`, in any case; the first of them where it is nil.
  ///   - threads: threads for each operation; as many as there are processors where it is nil.
  ///   - precision: of products. The portable kernels have others than float32: bfloat16 on processors with
  ///     `avx512_bf16` or AMX, `bfloat16x3` on those with AMX.
  /// - Throws: `TensorError` for a name that this build does not have, a number of threads that can't be, or a precision
  ///   that the kernels or the processor lack.
  public static func makeKernels(
    named name: String? = nil, threads: Int? = nil, precision: Precision = .float32
  ) throws(TensorError) -> any Kernels {
    if let threads, !(1...mostThreads).contains(threads) { throw .invalidThreadCount(threads) }
    let wanted = name?.lowercased()
    guard let implementation = implementations.first(where: { wanted == nil || $0.name == wanted }) else {
      throw .unknownKernels(wanted ?? "", available: availableKernels)
    }
    guard precision != .float32 else { return implementation.make(threads) }
    guard wanted == nil || wanted == "portable" else { throw .noBfloat16Kernels(wanted ?? "") }
    guard let kernels = PortableKernels(precision: precision, threads: threads) else {
      throw .unsupportedPrecision(precision)
    }
    return kernels
  }

  private typealias Implementation = (name: String, make: @Sendable (_ threads: Int?) -> any Kernels)

  /// One row per implementation, the fastest on this processor first: with AVX-512 the portable kernels' products are as
  /// fast as oneDNN's or faster (docs/performance.md).
  private static let implementations: [Implementation] = {
    let portable: Implementation = ("portable", { PortableKernels(threads: $0) })
    #if XAI_ONEDNN
    let oneDNN: Implementation = ("onednn", { OneDNNKernels(threads: $0) })
    return InstructionSet.available.contains(.avx512) ? [portable, oneDNN] : [oneDNN, portable]
    #else
    return [portable]
    #endif
  }()
}
