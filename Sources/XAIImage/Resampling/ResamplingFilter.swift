#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How an image is resized, with the kernels and names of Pillow.
public enum ResamplingFilter: String, Hashable, Sendable, CaseIterable {
  /// The source pixel under the centre of each target pixel.
  case nearest
  /// A triangle of radius 1, stretched when shrinking.
  case bilinear
  /// Keys' cubic with a = −1/2 of radius 2, stretched when shrinking.
  case bicubic
  /// The sinc windowed by a sinc of radius 3, stretched when shrinking.
  case lanczos

  /// The filter of a PIL code as `preprocessor_config.json` states it: 0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic.
  public init?(pilCode: Int) {
    switch pilCode {
    case 0: self = .nearest
    case 1: self = .lanczos
    case 2: self = .bilinear
    case 3: self = .bicubic
    default: return nil
    }
  }

  /// The PIL code of the filter.
  public var pilCode: Int {
    switch self {
    case .nearest: 0
    case .lanczos: 1
    case .bilinear: 2
    case .bicubic: 3
    }
  }

  /// The radius of the kernel in source pixels at scale 1.
  var support: Double {
    switch self {
    case .nearest: 0
    case .bilinear: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  /// The value of the kernel at a distance from its centre.
  func weight(at distance: Double) -> Double {
    let x = distance.magnitude
    switch self {
    case .nearest:
      return 1
    case .bilinear:
      return x < 1 ? 1 - x : 0
    case .bicubic:
      // Keys 1981: (a + 2)x³ − (a + 3)x² + 1 up to 1, ax³ − 5ax² + 8ax − 4a up to 2.
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    case .lanczos:
      // Pillow's interval is closed on the left; the sinc is 0 up to rounding there.
      return distance >= -3 && distance < 3 ? sinc(distance) * sinc(distance / 3) : 0
    }
  }
}

/// sin(πx) / (πx).
private func sinc(_ x: Double) -> Double {
  guard x != 0 else { return 1 }
  return sin(x * .pi) / (x * .pi)
}

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
