/// Which kernels this build has, and which of them runs.
public enum Engine {
  /// The most threads that can be asked for: a limit that only a slip of the keyboard reaches.
  public static let mostThreads = 1024

  /// The environment variable that callers take a name for `makeKernels` from.
  public static let environmentVariable = "XAI_KERNELS"

  /// Names of the kernels in this build, the preferred first.
  public static var availableKernels: [String] { implementations.map(\.name) }

  /// Makes kernels by name.
  ///
  /// - Parameters:
  ///   - name: one of `availableKernels`, in any case; the first of them where it is nil.
  ///   - threads: threads for each operation; as many as there are processors where it is nil.
  /// - Throws: `TensorError` for a name that this build does not have, or a number of threads that can't be.
  public static func makeKernels(
    named name: String? = nil, threads: Int? = nil
  ) throws(TensorError) -> any Kernels {
    if let threads, !(1...mostThreads).contains(threads) { throw .invalidThreadCount(threads) }
    let wanted = name?.lowercased()
    guard let implementation = implementations.first(where: { wanted == nil || $0.name == wanted }) else {
      throw .unknownKernels(wanted ?? "", available: availableKernels)
    }
    return implementation.make(threads)
  }

  private typealias Implementation = (name: String, make: @Sendable (_ threads: Int?) -> any Kernels)

  /// One row per implementation, the fastest first.
  private static let implementations: [Implementation] = {
    let portable: Implementation = ("portable", { PortableKernels(threads: $0) })
    #if XAI_ONEDNN
    let oneDNN: Implementation = ("onednn", { OneDNNKernels(threads: $0) })
    return [oneDNN, portable]
    #else
    return [portable]
    #endif
  }()
}
