public import Testing
public import XAITensor

/// Kernels that this build and machine have, for tests that must hold on each.
public struct AvailableKernels: Sendable, CustomTestStringConvertible {
  /// The name that selects them.
  public let name: String
  private let kernels: any Kernels

  /// What a test run shows.
  public var testDescription: String { name }

  /// The kernels; tests share one value, so that primitives and threads are made once.
  public func make() -> any Kernels { kernels }

  /// All that are available.
  public static let all: [AvailableKernels] = Engine.availableKernels.compactMap { name in
    (try? Engine.makeKernels(named: name)).map { AvailableKernels(name: name, kernels: $0) }
  }

  /// The kernels that run where nothing else is asked for.
  public static var preferred: AvailableKernels { all[0] }
}
