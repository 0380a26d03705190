import XAITensor

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The memory of this process that lies in the machine's, mapped weights included.
enum ResidentMemory {
  /// Gives back what is kept for later tensors, and begins to look for the peak anew.
  ///
  /// Where a system can't forget the peak so far, what follows is the peak since the process began.
  static func startPeak() {
    TensorMemory.releaseUnused()
    let file = open("/proc/self/clear_refs", O_WRONLY)
    guard file >= 0 else { return }
    _ = write(file, "5", 1)
    close(file)
  }

  /// The most since `startPeak`, in bytes; nil where the system doesn't say.
  static var peakBytes: Int? {
    #if canImport(Darwin)
    var usage = rusage()
    return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : nil
    #else
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
    return peakBytes(status: status)
    #endif
  }

  /// The peak in what Linux says of a process, `VmHWM: 1234 kB`; nil where it isn't there.
  static func peakBytes(status: String) -> Int? {
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split { $0 == " " || $0 == "\t" }.compactMap { Int($0) }.first.map { $0 << 10 }
  }
}
