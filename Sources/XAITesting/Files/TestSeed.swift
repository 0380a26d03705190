#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The seed of tests whose cases are drawn at random.
package enum TestSeed {
  /// `XAI_TEST_SEED`, to look for other cases; otherwise the same one in each run.
  package static let value: UInt64 =
    ProcessInfo.processInfo.environment["XAI_TEST_SEED"].flatMap { UInt64($0) } ?? 1
}
