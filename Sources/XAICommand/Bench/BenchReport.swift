import XAIBench
import XAICore

/// What `xai bench` found, for programs; times are in seconds, rates in GFLOP/s.
struct BenchReport: Encodable {
  /// Version of the command.
  let version: String
  /// What the arithmetic ran on.
  let kernels: String
  /// The line that gets the fast kernels, for a build without them.
  let kernelsAdvice: String?
  /// What the machine could do at most in all of the run.
  var machine: Machine
  var models: [Model] = []
  /// Whether nothing was left out by Ctrl-C.
  var isComplete = false

  /// A model and its measurements.
  struct Model: Encodable {
    let name: String
    let parameters: Int
    /// Operations of the forward pass of an image, as they are published, × 10⁻⁹; nil where they aren't known.
    let forwardGigaflop: Double?
    var measurements: [BenchResult] = []

    mutating func compare(with machine: Machine) {
      for index in measurements.indices { measurements[index].compare(with: machine) }
    }
  }

  /// Sets all shares of the peak by what is known of the machine now.
  mutating func compare() {
    for index in models.indices { models[index].compare(with: machine) }
  }
}
