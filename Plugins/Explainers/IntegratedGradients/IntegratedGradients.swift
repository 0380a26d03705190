public import XAICore
import XAIFoundation
import XAITensor

/// Integrated Gradients: the gradient along a straight path from a baseline to the image, times their difference.
///
/// φ = (x − x′) ⊙ Σ_j w_j·∂y/∂x at x′ + α_j·(x − x′), summed over patches; Σφ = y(x) − y(x′) except for the error of the sum.
/// Source: Sundararajan, Taly & Yan 2017 (arXiv 1703.01365), Eq. 1 and Proposition 1.
public struct IntegratedGradients: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "integrated-gradients", title: "Integrated Gradients",
    summary: "Integrates the gradient from a baseline to the image and multiplies with their difference",
    family: .gradient, needs: [.inputGradients], isClassSpecific: true, scores: .signed,
    forwardPasses: "steps + 2",
    backwardPasses: "steps",
    citation: Citation(
      authors: "Sundararajan, Taly & Yan", title: "Axiomatic Attribution for Deep Networks", venue: "ICML",
      year: 2017, identifier: "arXiv:1703.01365"))

  public let options: IntegratedGradientsOptions

  public init(options: IntegratedGradientsOptions = IntegratedGradientsOptions()) {
    self.options = options
  }

  /// That of the sum or of the absolute values.
  public var scoreMeaning: ScoreMeaning { options.reduce.scoreMeaning }

  /// Needs the image and its logits; the passes along the path are its own.
  public func recording(for model: ModelDescriptor) -> Recording { Recording() }

  /// Explains every target; all targets share the forward passes.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let cotangent = try trace.cotangent(of: targets, contrast: options.contrast)
    let baseline = baseline(of: trace, model)
    let points = options.rule.points(options.steps)
    let passes = SampledPasses(
      trace, cotangent: cotangent, rules: options.backward.rules, using: model, for: self)
    let gradient = try passes.weightedInputGradient(points.map { Float($0.weight) }) { step, destination in
      let share = Float(points[step].place)
      baseline.withElements { baseline in
        trace.input.withElements { input in
          for index in input.indices {
            destination[index] = baseline[index] + share * (input[index] - baseline[index])
          }
        }
      }
    }
    let logits = (image: trace.logits, baseline: try model.finite(model.logits(baseline), of: baseline))
    return try targets.map { image, target, classIndex in
      let row = targets.row(image: image, target: target)
      let values = trace.input[image].subtracting(baseline[image]).multiplied(with: gradient[row])
      let change = cotangent[row].dot(logits.image[image]) - cotangent[row].dot(logits.baseline[image])
      let sum = values.withElements { $0.reduce(0) { $0 + Double($1) } }
      // What isn't the derivative integrates to something else than the difference of the logits.
      let gap = options.backward == .gradient ? Float(sum - change) : nil
      return try Attribution(
        pixels: values, reduction: options.reduce, at: options.at, of: trace, classIndex: classIndex,
        by: self, diagnostics: Diagnostics(completenessGap: gap))
    }
  }

  /// What the path of each image begins with, [B, 3, H, W].
  private func baseline(of trace: ForwardTrace, _ model: any Model) -> Tensor {
    Tensor(trace.input.shape) { elements in
      for image in 0..<trace.batchCount {
        let original = trace.input[image]
        options.baseline.input(hiding: original, preprocessing: model.descriptor.preprocessing).withElements {
          for index in $0.indices { elements[image * original.count + index] = $0[index] }
        }
      }
    }
  }
}

extension Tensor {
  /// The difference entry by entry.
  fileprivate func subtracting(_ other: Tensor) -> Tensor {
    Tensor(shape) { difference in
      withElements { own in
        other.withElements { other in
          for index in own.indices { difference[index] = own[index] - other[index] }
        }
      }
    }
  }

  /// The sum of products entry by entry.
  fileprivate func dot(_ other: Tensor) -> Double {
    withElements { own in
      other.withElements { other in
        own.indices.reduce(0) { $0 + Double(own[$1]) * Double(other[$1]) }
      }
    }
  }
}

/// The options of Integrated Gradients.
public struct IntegratedGradientsOptions: BackwardOptions, PixelMapOptions {
  /// Points of the path at which the gradient is taken.
  public var steps = 20
  /// What the path begins with.
  public var baseline = Fill.zero
  /// How the integral becomes a sum.
  public var rule = QuadratureRule.gaussLegendre
  /// How values of pixels become one score per patch or pixel.
  public var reduce = PatchReduction.sum
  /// What a score belongs to.
  public var at = MapResolution.patches
  /// How the backward pass goes through operations that aren't linear.
  public var backward = BackwardPass.gradient
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "steps", \.steps, "points of the path at which the gradient is taken",
      allowed: "a whole number from 2 to 1000", where: { (2...1000).contains($0) }),
    OptionSpec("baseline", \.baseline, "what the path begins with"),
    OptionSpec("rule", \.rule, "how the integral becomes a sum"),
    OptionSpec("reduce", \.reduce, "how values of pixels become one score per patch or pixel"),
    atOption,
    backwardOption,
    contrastOption,
  ]
}

/// How an integral over [0, 1] becomes a weighted sum.
public enum QuadratureRule: String, OptionValue, CaseIterable {
  /// Gauss and Legendre: exact for polynomials of degree 2n − 1.
  case gaussLegendre = "gauss-legendre"
  /// Equal steps, both ends counting half.
  case trapezoid

  /// Places in [0, 1] in ascending order, and weights that sum to 1; at least two.
  func points(_ count: Int) -> [(place: Double, weight: Double)] {
    switch self {
    case .trapezoid:
      let step = 1 / Double(count - 1)
      return (0..<count).map { (Double($0) * step, $0 == 0 || $0 == count - 1 ? step / 2 : step) }
    case .gaussLegendre:
      return (0..<count).map { index in
        // Newton's method from Tricomi's estimate of the root; on [−1, 1] the weight is 2/((1 − x²)·P′(x)²).
        var x = -cosine(Double.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
        var slope = 0.0
        for _ in 0..<100 {
          let (value, derivative) = Self.legendre(count, at: x)
          slope = derivative
          let change = value / derivative
          x -= change
          if abs(change) < 1e-16 { break }
        }
        return ((x + 1) / 2, 1 / ((1 - x * x) * slope * slope))
      }
    }
  }

  /// P_n(x) and its derivative, by (k + 1)·P_{k+1} = (2k + 1)·x·P_k − k·P_{k−1}.
  private static func legendre(_ degree: Int, at x: Double) -> (value: Double, derivative: Double) {
    var (last, value) = (1.0, x)
    for k in 1..<degree {
      (last, value) = (value, (Double(2 * k + 1) * x * value - Double(k) * last) / Double(k + 1))
    }
    return (value, Double(degree) * (x * value - last) / (x * x - 1))
  }
}
