import XAIFoundation

/// The extents of a tensor, outermost first; an empty shape is a scalar.
public struct TensorShape: Hashable, Sendable, CustomStringConvertible, ExpressibleByArrayLiteral {
  /// Extents, outermost first, none negative.
  public let extents: [Int]

  /// Makes a shape from extents, outermost first.
  ///
  /// Traps when an extent is negative: shapes that come from files are checked with `init(checking:)`.
  public init(_ extents: [Int]) {
    require(extents.allSatisfy { $0 >= 0 }, "a shape has no negative extents: \(extents)")
    self.extents = extents
  }

  /// Makes a shape from literal extents.
  public init(arrayLiteral extents: Int...) { self.init(extents) }

  /// Makes a shape from extents that a file states; nil where one is negative or the element count overflows.
  public init?(checking extents: [Int]) {
    var count = 1
    for extent in extents {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { return nil }
      count = product
    }
    self.extents = extents
  }

  /// The number of dimensions.
  public var rank: Int { extents.count }

  /// The number of elements.
  public var count: Int { extents.reduce(1, *) }

  /// The extent of one dimension; traps where there is none.
  public subscript(dimension: Int) -> Int {
    require(dimension >= 0 && dimension < extents.count, "\(self) has no dimension \(dimension)")
    return extents[dimension]
  }

  /// The extents as users read them: `2×3×224×224`.
  public var description: String {
    extents.isEmpty ? "scalar" : extents.map(String.init).joined(separator: "×")
  }
}

/// What can be wrong with what a user asks of the engine.
public enum TensorError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No kernels of this name are part of this build; `available` are.
  case unknownKernels(String, available: [String])
  /// Kernels can't run on this number of threads.
  case invalidThreadCount(Int)
  /// Kernels of this name have float32 only.
  case noBfloat16Kernels(String)
  /// The processor has no instructions for products in this precision.
  case unsupportedPrecision(KernelSelection.Precision)

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
    case .unsupportedPrecision(.bfloat16x3):
      "bfloat16x3 needs a processor with AMX (amx_bf16 among its flags), and Linux; this one does without"
    case .unsupportedPrecision(let precision):
      "\(precision.rawValue) needs a processor that multiplies bfloat16 (avx512_bf16 or amx_bf16 among its flags); this one has float32 only"
    }
  }
}
