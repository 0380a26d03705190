#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What of the machine this process may use: containers, job schedulers and the shell may leave it less than there is.
package enum MachineLimits {
  /// Processors that the process may run on at once: those of its affinity, and no more than the quota of its control
  /// group, rounded up.
  package static let processorCount: Int = {
    let count = affinityCount ?? ProcessInfo.processInfo.activeProcessorCount
    return max(1, min(count, Int((ControlGroup.processors ?? .infinity).rounded(.up), clamping: count)))
  }()

  /// Bytes of memory that the process may take: the machine's, and no more than the limits of its control group and of
  /// its address space.
  package static var memory: Double {
    var limit = Double(ProcessInfo.processInfo.physicalMemory)
    if let group = ControlGroup.memory { limit = min(limit, group) }
    var space = rlimit()
    #if canImport(Glibc)
    let isKnown = getrlimit(__rlimit_resource_t(UInt32(RLIMIT_AS.rawValue)), &space) == 0
    #else
    let isKnown = getrlimit(RLIMIT_AS, &space) == 0
    #endif
    return isKnown ? min(limit, Double(space.rlim_cur)) : limit
  }

  /// Processors of the affinity mask, as Linux states it; nil where nothing states it.
  private static var affinityCount: Int? {
    (try? FileContents.read("/proc/self/status")).flatMap {
      affinityCount(status: String(decoding: $0, as: UTF8.self))
    }
  }

  /// The processors in a line such as `Cpus_allowed_list: 0-3,8`.
  static func affinityCount(status: String) -> Int? {
    let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
    guard let ranges = line?.split(whereSeparator: \.isWhitespace).dropFirst().first else { return nil }
    var count = 0
    for range in ranges.split(separator: ",") {
      let ends = range.split(separator: "-").map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else { return nil }
      count += last - first + 1
    }
    return count > 0 ? count : nil
  }
}

extension Int {
  fileprivate init(_ value: Double, clamping most: Int) {
    self = value < Double(most) ? Int(value) : most
  }
}

/// The limits that Linux's control groups, of either version, set for a process: the lowest of its group and of those
/// around it.
package struct ControlGroup {
  /// The folders of the groups, innermost first.
  private let folders: [String]
  private let isUnified: Bool

  /// The quota of processor time, in processors; nil for none.
  package static var processors: Double? {
    all(controller: "cpu").compactMap { $0.processorQuota(read: text) }.min()
  }

  /// The limit of memory in bytes; nil for none.
  package static var memory: Double? {
    all(controller: "memory").compactMap { $0.memoryLimit(read: text) }.min()
  }

  private static func all(controller: String) -> [ControlGroup] {
    text("/proc/self/cgroup").map { groups($0, controller: controller) } ?? []
  }

  private static func text(_ path: String) -> String? {
    (try? FileContents.read(path)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The groups of a process that have a controller.
  ///
  /// - Parameter list: lines such as `0::/user.slice` (version 2) and `4:cpu,cpuacct:/docker/1a2b` (version 1).
  package static func groups(_ list: String, controller: String) -> [ControlGroup] {
    list.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return nil }
      let isUnified = parts[0] == "0" && parts[1].isEmpty
      guard isUnified || parts[1].split(separator: ",").contains(Substring(controller)) else { return nil }
      return ControlGroup(
        root: "/sys/fs/cgroup" + (isUnified ? "" : "/\(controller)"), path: parts[2], isUnified: isUnified)
    }
  }

  private init(root: String, path: Substring, isUnified: Bool) {
    var names = path.split(separator: "/")[...]
    var folders: [String] = []
    // A container sees its own group as the root, whatever the path says.
    while true {
      folders.append(([root] + names.map(String.init)).joined(separator: "/"))
      if names.popLast() == nil { break }
    }
    (self.folders, self.isUnified) = (folders, isUnified)
  }

  /// Processors that the quota amounts to; nil where there is none.
  package func processorQuota(read: (_ path: String) -> String?) -> Double? {
    folders.compactMap { folder -> Double? in
      let numbers =
        isUnified
        ? read("\(folder)/cpu.max").map { $0.split(whereSeparator: \.isWhitespace).map { Double($0) } }
        : [
          read("\(folder)/cpu.cfs_quota_us").flatMap(Self.number),
          read("\(folder)/cpu.cfs_period_us").flatMap(Self.number),
        ]
      guard let numbers, numbers.count == 2, let quota = numbers[0], let period = numbers[1], quota > 0,
        period > 0
      else { return nil }
      return quota / period
    }.min()
  }

  /// Bytes of memory; nil where there is no limit.
  package func memoryLimit(read: (_ path: String) -> String?) -> Double? {
    folders.compactMap {
      read("\($0)/\(isUnified ? "memory.max" : "memory.limit_in_bytes")").flatMap(Self.number)
    }.min()
  }

  private static func number(_ text: String) -> Double? {
    text.split(whereSeparator: \.isWhitespace).first.flatMap { Double($0) }
  }
}
