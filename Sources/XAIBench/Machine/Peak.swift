public import XAITensor

/// The most that a processor's threads multiply and add together, in registers alone.
///
/// No product of matrices can be faster, and one that reaches 80 % of it is a good one.
public struct Peak: Hashable, Sendable, Encodable {
  /// What was multiplied with.
  public let unit: ArithmeticUnit
  /// The type of the factors.
  public let precision: KernelSelection.Precision
  /// Operations a second, × 10⁻⁹, in the best run.
  public let gigaflops: Double
  /// How much slower the slowest run was.
  public let spread: Double

  /// Measures a unit on this many threads at once; nil where the processor lacks it.
  ///
  /// - Parameters:
  ///   - runs: how many runs there are; the best counts.
  ///   - seconds: how long each run is to take, roughly.
  public init?(of unit: ArithmeticUnit, threads: Int, runs: Int = 8, seconds duration: Double = 0.05) {
    precondition(threads > 0 && runs > 0, "\(runs) runs on \(threads) threads measure nothing")
    let trial = 20_000
    var operations = 0.0
    let time = Stopwatch.system.seconds { operations = unit.run(rounds: trial) ?? 0 }
    guard operations > 0 else { return nil }
    let rounds = max(trial, Int(Double(trial) * duration / max(time, 1e-6)))
    let timing = Timing(
      (0..<runs).map { _ in secondsOnAllThreads(threads: threads) { _ in _ = unit.run(rounds: rounds) } })
    self.unit = unit
    precision = unit.precision
    gigaflops = operations / Double(trial) * Double(rounds * threads) / timing.best * 1e-9
    spread = timing.spread
  }
}
