import Synchronization
import XAIFoundation

/// How much of a file is there, and how fast it comes, counted from what this run began with.
final class TransferRate: Sendable {
  private struct Start {
    var file: String
    var byteCount: Int
    var seconds: Double
  }

  private let start = Guarded<Start?>(nil)

  /// `model.safetensors: 80.0 MB of 300.0 MB, 20.0 MB a second, 11 s left`.
  ///
  /// - Parameter seconds: the time of this moment, since any other.
  func text(of file: String, byteCount: Int, total: Int, at seconds: Double) -> String {
    let begun = start.withLock { start in
      // A server that knows no parts begins anew.
      if let known = start, known.file == file, known.byteCount <= byteCount { return known }
      let begun = Start(file: file, byteCount: byteCount, seconds: seconds)
      start = begun
      return begun
    }
    let text = "\(file): \(megabytes(byteCount)) of \(megabytes(total))"
    let (received, passed) = (Double(byteCount - begun.byteCount), seconds - begun.seconds)
    guard received > 0, passed >= 1 else { return text }
    return text + ", \(megabytes(Int(received / passed))) a second, "
      + "\(duration(Double(total - byteCount) * passed / received)) left"
  }
}

/// Bytes as people read them: `346.3 MB`, `69.7 kB`.
func megabytes(_ count: Int) -> String {
  switch count {
  case ..<1_000: counted(count, "byte")
  case ..<1_000_000: "\(decimal(Double(count) / 1e3, places: 1)) kB"
  case ..<1_000_000_000: "\(decimal(Double(count) / 1e6, places: 1)) MB"
  default: "\(decimal(Double(count) / 1e9, places: 2)) GB"
  }
}
