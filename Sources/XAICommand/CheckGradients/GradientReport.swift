import XAICore
import XAIFoundation

/// One kind of gradient with its worst error.
struct GradientComparison: Encodable {
  let quantity: String
  /// How many numbers were compared.
  let count: Int
  /// The worst error, relative to the greatest value of the kind.
  let worst: Double
  let tolerance: Double
  let passed: Bool

  init(_ quantity: String, errors: [Double], tolerance: Double) {
    self.quantity = quantity
    self.count = errors.count
    // NaN compares as nothing, so it counts as infinitely wrong.
    self.worst = errors.reduce(0) { max($0, $1.isNaN ? .infinity : $1) }
    self.tolerance = tolerance
    self.passed = worst <= tolerance
  }

  private enum CodingKeys: CodingKey {
    case quantity, count, worst, tolerance, passed
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(quantity, forKey: .quantity)
    try container.encode(count, forKey: .count)
    // JSON has no infinity.
    try container.encode(worst.isFinite ? worst : nil, forKey: .worst)
    try container.encode(tolerance, forKey: .tolerance)
    try container.encode(passed, forKey: .passed)
  }
}

/// What `xai check-gradients` found.
struct GradientReport: Encodable {
  let model: String
  let kernels: String
  let classIndex: Int
  let label: String
  let seed: UInt64
  let checks: [GradientComparison]
  let passed: Bool

  init(
    model: String, kernels: String, classIndex: Int, label: String, seed: UInt64, checks: [GradientComparison]
  ) {
    self.model = model
    self.kernels = kernels
    self.classIndex = classIndex
    self.label = label
    self.seed = seed
    self.checks = checks
    self.passed = checks.allSatisfy(\.passed)
  }

  /// The report as people read it.
  var text: String {
    let rows = checks.map { check in
      [
        check.quantity, grouped(check.count), scientific(check.worst), scientific(check.tolerance),
        check.passed ? "ok" : "FAILED",
      ]
    }
    return "\(model), class \(classIndex) (\(label)), on \(kernels), seed \(seed)\n"
      + table(
        [["gradient of", "compared", "worst error", "tolerance", ""]] + rows, indent: "  ",
        rightAligned: [1, 2, 3])
      + (passed
        ? "All gradients agree.\n"
        : "Some gradients are wrong: explanations of this model can't be trusted here.\n")
  }
}
