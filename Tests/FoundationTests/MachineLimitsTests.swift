import Foundation
import Testing

@testable import XAIFoundation

/// Quotas of control groups, as the kernel's files state them.
@Suite struct MachineLimitsTests {
  private func groups(_ list: String, _ controller: String, _ files: [String: String]) -> (
    processors: Double?, memory: Double?
  ) {
    let groups = ControlGroup.groups(list, controller: controller)
    return (
      groups.compactMap { $0.processorQuota { files[$0] } }.min(),
      groups.compactMap { $0.memoryLimit { files[$0] } }.min()
    )
  }

  @Test("the lowest limit of a group and those around it counts, in version 2")
  func unified() {
    let files = [
      "/sys/fs/cgroup/a/b/cpu.max": "max 100000\n", "/sys/fs/cgroup/a/cpu.max": "150000 100000\n",
      "/sys/fs/cgroup/a/b/memory.max": "2147483648\n", "/sys/fs/cgroup/a/memory.max": "max\n",
    ]
    #expect(groups("0::/a/b\n", "cpu", files).processors == 1.5)
    #expect(groups("0::/a/b\n", "memory", files).memory == 2_147_483_648)
    #expect(groups("0::/c\n", "cpu", files).processors == nil)
    #expect(groups("0::/c\n", "memory", files).memory == nil)
  }

  @Test("a container's path need not be there, in version 1")
  func separate() {
    let list = "9:name=systemd:/\n4:cpu,cpuacct:/docker/1a\n3:memory:/docker/1a\n0::/\n"
    let files = [
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    ]
    #expect(groups(list, "cpu", files).processors == 0.5)
    #expect(groups(list, "memory", files).memory == 9_223_372_036_854_771_712)
    let none = [
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
    ]
    #expect(groups(list, "cpu", none).processors == nil)
    #expect(groups("nonsense\n1:cpu", "cpu", files).processors == nil)
  }

  @Test("an affinity counts the processors of its ranges")
  func affinity() {
    func count(_ list: String) -> Int? {
      MachineLimits.affinityCount(status: "Name:\txai\nCpus_allowed:\tff\nCpus_allowed_list:\t\(list)\n")
    }
    #expect(count("0-3,8") == 5)
    #expect(count("5") == 1)
    #expect(count("") == nil && count("3-1") == nil && count("a") == nil)
    #expect(MachineLimits.affinityCount(status: "Name:\txai\n") == nil)
  }

  @Test("the process has a processor and memory, no more than the machine")
  func own() {
    #expect((1...ProcessInfo.processInfo.processorCount).contains(MachineLimits.processorCount))
    #expect(MachineLimits.memory > 0)
    #expect(MachineLimits.memory <= Double(ProcessInfo.processInfo.physicalMemory))
  }
}
