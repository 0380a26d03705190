public import Testing
public import XAITensor

/// Kernels that this build and machine have, for tests that must hold on each.
public struct AvailableKernels: Sendable, CustomTestStringConvertible {
  /// The name that selects them.
  public let name: String
  private let kernels: any Kernels
  /// How many times the tolerance of float32 results may be off.
  public private(set) var slack: Float = 1

  /// What a test run shows.
  public var testDescription: String { name }

  /// The kernels; tests share one value, so that primitives and threads are made once.
  public func make() -> any Kernels { kernels }

  /// All that are available.
  public static let all: [AvailableKernels] = KernelSelection.availableKernels.compactMap { name in
    (try? KernelSelection.makeKernels(named: name)).map { AvailableKernels(name: name, kernels: $0) }
  }

  /// The same, and those of split factors where the processor has them (`KernelSelection.Precision.bfloat16x3`).
  public static let nearFloat32: [AvailableKernels] =
    all
    + [try? KernelSelection.makeKernels(precision: .bfloat16x3)].compactMap { $0 }
    .map { AvailableKernels(name: KernelSelection.Precision.bfloat16x3.rawValue, kernels: $0, slack: 10) }

  /// The kernels that run where nothing else is asked for.
  public static var preferred: AvailableKernels { all[0] }
}
