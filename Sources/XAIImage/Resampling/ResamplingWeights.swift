/// The fixed-point weights that make each target sample of one axis out of source samples.
///
/// The scheme is that of Pillow's 8-bit resampling: weights are computed in double, normalised to sum 1 and rounded to
/// 22 fractional bits, which leaves 32 − 22 bits for an 8-bit sample and the overshoot of the kernel.
struct ResamplingWeights {
  static let fractionalBits: Int32 = 32 - 8 - 2
  /// One half: makes the final shift round to nearest.
  static let half: Int32 = 1 << (fractionalBits - 1)

  /// The first source sample and the number of source samples of each target sample.
  private(set) var spans: [(first: Int, count: Int)] = []
  /// The weights of each target sample, `stride` apart.
  private(set) var weights: [Int32]
  let stride: Int

  init(from source: Int, to target: Int, filter: ResamplingFilter) {
    let scale = Double(source) / Double(target)
    // Shrinking stretches the kernel over all source samples that fall into a target sample: antialiasing.
    let stretch = max(scale, 1)
    let support = filter.support * stretch
    stride = Int(support.rounded(.up)) * 2 + 1
    weights = [Int32](repeating: 0, count: stride * target)
    spans.reserveCapacity(target)
    var exact = [Double](repeating: 0, count: stride)
    for index in 0..<target {
      let centre = (Double(index) + 0.5) * scale
      let first = max(Int(centre - support + 0.5), 0)
      let count = min(Int(centre + support + 0.5), source) - first
      var sum = 0.0
      for tap in 0..<count {
        exact[tap] = filter.weight(at: (Double(tap + first) - centre + 0.5) * (1 / stretch))
        sum += exact[tap]
      }
      for tap in 0..<count {
        let normalised = sum == 0 ? exact[tap] : exact[tap] / sum
        weights[index * stride + tap] = Self.fixed(normalised)
      }
      spans.append((first, count))
    }
  }

  /// Rounds half away from zero, as Pillow does.
  private static func fixed(_ weight: Double) -> Int32 {
    Int32(weight * Double(1 << fractionalBits) + (weight < 0 ? -0.5 : 0.5))
  }
}
