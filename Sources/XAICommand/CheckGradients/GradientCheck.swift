import XAICore
import XAIFoundation
import XAITensor

/// Holds the gradients of a model's logit y against differences of its forward pass.
struct GradientCheck {
  let model: any Model
  /// [1, 3, H, W].
  let input: Tensor
  let classIndex: Int

  /// Activations that all of the derivative goes through, in every layer.
  private static let cuts: [Place] = [.output, .afterAttention]
  /// Beside them, what is recorded.
  private static let points = cuts + [.input, .headOutputs]
  /// What float32 leaves uncertain, with room.
  private static let tolerances = (pixel: 1e-2, direction: 2e-3, identity: 1e-5)
  /// Trained models bend sharply around photographs and hardly around noise, so the steps span three decades.
  private static let pixelSteps = HalvingSteps(largest: 0.05, count: 8)
  private static let directionSteps = HalvingSteps(largest: 4e-3, count: 12)

  /// Runs all comparisons that the model's capabilities allow.
  func run(pixels: Int, directions: Int, _ random: inout SeededNumbers) throws -> [GradientComparison] {
    let trace = try model.forward(input, recording: recording)
    _ = try model.finite(trace.logits, of: input)
    let request = GradientRequest(
      attention: recordsAttention ? .all : .none, activations: recording.activations, input: true)
    var rowErrors: [Double] = []
    var attentionRows: [Int: [[Double]]] = [:]
    let gradients = try model.differentiable().backward(
      from: Targets([[classIndex]]).cotangent(classCount: model.descriptor.classCount), through: trace,
      rules: .gradient, requesting: request
    ) { visited in
      attentionRows[visited.layer] = AttentionIdentity.rowSums(
        visited, windows: trace.layout.windows(ofLayer: visited.layer))
    }
    guard let gradient = gradients.input?.elements else {
      throw ModelError.missingCapabilities(
        user: "check-gradients", model: model.descriptor.name, missing: [.inputGradients])
    }
    for (layer, sums) in attentionRows {
      let point = ActivationPoint(layer: layer, place: .headOutputs)
      guard let output = trace.activations[point], let slope = gradients.activations[point] else { continue }
      rowErrors += AttentionIdentity.errors(sums, output: output, gradient: slope)
    }
    // Rounding moves a logit by a few units in its last place.
    let noise = Double(trace.logits.elements.reduce(1) { max($0, abs($1)) }) * 0x1p-22
    let pixelErrors = try pixelErrors(gradient, noise: noise, count: pixels, &random)
    var directional = DirectionalErrors()
    for _ in 0..<directions {
      try addErrors(
        along: direction(gradient, &random), gradient, gradients.activations, noise: noise, to: &directional)
    }
    let comparisons = [
      GradientComparison("pixels", errors: pixelErrors, tolerance: Self.tolerances.pixel),
      GradientComparison("directions", errors: directional.input, tolerance: Self.tolerances.direction),
    ]
    let others = (Self.cuts + [.headOutputs]).map { point in
      GradientComparison(
        point.rawValue, errors: directional.activations[point] ?? [], tolerance: Self.tolerances.direction)
    }
    let attention = GradientComparison("attention", errors: rowErrors, tolerance: Self.tolerances.identity)
    return (comparisons + others + [attention]).filter { $0.count > 0 }
  }

  private var recordsActivations: Bool {
    model.descriptor.capabilities.isSuperset(of: [.activations, .activationGradients])
  }

  private var recordsAttention: Bool {
    recordsActivations && model.descriptor.capabilities.isSuperset(of: [.attention, .attentionGradients])
  }

  private var recording: Recording {
    let points = recordsActivations ? Self.points : []
    let layers = 0..<model.descriptor.layerCount
    return Recording(
      attention: recordsAttention ? .all : .none,
      activations: Set(
        points.flatMap { place in layers.map { ActivationPoint(layer: $0, place: place) } }
          .filter { model.descriptor[$0]?.hasGradient == true }),
      gradients: true)
  }

  // MARK: - Pixels

  /// Errors of single pixels, half of them among the steepest, relative to the steepest of the sample.
  private func pixelErrors(
    _ gradient: [Float], noise: Double, count: Int, _ random: inout SeededNumbers
  ) throws -> [Double] {
    let steep = gradient.indices.sorted { (abs(gradient[$1]), $0) < (abs(gradient[$0]), $1) }
      .prefix(max(gradient.count / 20, 1))
    let sample = (0..<count).map { index in
      index % 2 == 0
        ? steep[Int(random.next() % UInt64(steep.count))] : Int(random.next() % UInt64(gradient.count))
    }
    let greatest = sample.reduce(0) { max($0, Double(abs(gradient[$1]))) }
    let pixels = input.elements
    return try sample.map { pixel in
      let gaps = try Self.pixelSteps.values.map { step in
        var change = [Float](repeating: 0, count: gradient.count)
        change[pixel] = Float(step)
        let logits = try model.logits(pair(change))
        let moved = Double((pixels[pixel] + Float(step)) - (pixels[pixel] - Float(step)))
        let difference = Double(logits[0].elements[classIndex] - logits[1].elements[classIndex])
        return (difference - Double(gradient[pixel]) * moved) / (2 * step)
      }
      return Self.pixelSteps.provenError(gaps, noise: noise) / max(greatest, .leastNormalMagnitude)
    }
  }

  // MARK: - Directions

  /// A random direction of root mean square 1 that has the gradient's signs.
  ///
  /// All pixels then add to the derivative, each with a random weight; with random signs they would cancel, and float32
  /// would see noise.
  private func direction(_ gradient: [Float], _ random: inout SeededNumbers) -> [Float] {
    gradient.map { Float(random.uniform(in: 0...3.squareRoot())) * ($0 < 0 ? -1 : 1) }
  }

  private func addErrors(
    along direction: [Float], _ gradient: [Float], _ slopes: [ActivationPoint: Tensor], noise: Double,
    to errors: inout DirectionalErrors
  ) throws {
    var logitGaps: [Double] = []
    var activationGaps: [ActivationPoint: [Double]] = [:]
    for step in Self.directionSteps.values {
      let input = pair(direction.map { $0 * Float(step) })
      let trace = try model.forward(input, recording: Recording(activations: recording.activations))
      // Against the pixels' own difference: adding a small step to a pixel rounds.
      let expected = inner(gradient, difference(input, step: step))
      let logits = (0..<2).map { trace.logits[$0].elements[classIndex] }
      logitGaps.append(Double(logits[0] - logits[1]) / (2 * step) - expected)
      let products = trace.activations.compactMapValues { difference($0, step: step) }
      for (point, slope) in slopes {
        guard let change = products[point] else { continue }
        let product = inner(slope.elements, change)
        if Self.cuts.contains(point.place) {
          activationGaps[point, default: []].append(product - expected)
        } else if point.place == .headOutputs,
          let before = products[ActivationPoint(layer: point.layer, place: .input)],
          let after = products[ActivationPoint(layer: point.layer, place: .afterAttention)],
          let sumSlope = slopes[ActivationPoint(layer: point.layer, place: .afterAttention)]?.elements
        {
          // What the attention adds to the residual stream.
          activationGaps[point, default: []].append(
            product - inner(sumSlope, after) + inner(sumSlope, before))
        }
      }
    }
    let scale = max(abs(inner(gradient, direction)), .leastNormalMagnitude)
    errors.input.append(abs(Self.directionSteps.extrapolated(logitGaps, noise: noise).limit) / scale)
    for (point, gaps) in activationGaps {
      errors.activations[point.place, default: []]
        .append(abs(Self.directionSteps.extrapolated(gaps, noise: noise).limit) / scale)
    }
  }

  /// (a(x + h·d) − a(x − h·d)) / 2h of an activation, or of the input itself, of the pair.
  private func difference(_ activation: Tensor, step: Double) -> [Float] {
    let (above, below) = (activation[0].elements, activation[1].elements)
    let scale = Float(1 / (2 * step))
    return zip(above, below).map { ($0 - $1) * scale }
  }

  /// The input plus and minus a change, [2, 3, H, W].
  private func pair(_ change: [Float]) -> Tensor {
    let pixels = input.elements
    return Tensor(
      TensorShape([2] + input.shape.extents.dropFirst()),
      zip(pixels, change).map { $0 + $1 } + zip(pixels, change).map { $0 - $1 })
  }
}

/// Errors along directions by what they are of.
struct DirectionalErrors {
  var input: [Double] = []
  var activations: [Place: [Double]] = [:]
}

/// Σ aᵢ·bᵢ, summed in double precision.
private func inner(_ a: [Float], _ b: [Float]) -> Double {
  zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}

/// Σⱼ Aᵢⱼ·Gᵢⱼ = ⟨oᵢ, ∂y/∂oᵢ⟩ for each row i of each head, with G = ∂y/∂A and o = A·V the head's output.
///
/// It follows from G = (∂y/∂o)·Vᵀ, and needs no V, so that it holds for any model that gives these gradients.
enum AttentionIdentity {
  /// The left side, of one image: one sum a head and token.
  static func rowSums(_ visited: AttentionGradient, windows: AttentionWindows?) -> [[Double]] {
    let (heads, slots) = (visited.attention.shape[1], visited.attention.shape[2])
    let (attention, gradient) = (visited.attention.elements, visited.gradient.elements)
    return (0..<heads).map { head in
      (0..<(windows?.grid.count ?? slots)).map { token in
        let (window, slot) = windows?.place(of: token) ?? (0, token)
        let start = ((window * heads + head) * slots + slot) * slots
        return (start..<start + slots).reduce(0) { $0 + Double(attention[$1]) * Double(gradient[$1]) }
      }
    }
  }

  /// Differences of the two sides, relative to the greatest of the layer.
  static func errors(_ sums: [[Double]], output: Tensor, gradient: Tensor) -> [Double] {
    let (tokens, width) = (output.shape[1], output.shape[2])
    let channels = width / max(sums.count, 1)
    let (values, slopes) = (output.elements, gradient.elements)
    var expected: [[Double]] = []
    for head in sums.indices {
      expected.append(
        (0..<tokens).map { row in
          let start = row * width + head * channels
          return (start..<start + channels).reduce(0) { $0 + Double(values[$1]) * Double(slopes[$1]) }
        })
    }
    let greatest = expected.joined().reduce(0) { max($0, abs($1)) }
    return zip(sums.joined(), expected.joined()).map { abs($0 - $1) / max(greatest, .leastNormalMagnitude) }
  }
}

/// Steps of central differences, each half the one before.
struct HalvingSteps {
  let values: [Double]

  init(largest: Double, count: Int) {
    require(count >= 3, "three steps make two extrapolations to compare")
    values = (0..<count).map { largest / Double(1 << $0) }
  }

  /// The limit of D(h) for h → 0 by Richardson's extrapolation E(h) = (4·D(h/2) − D(h)) / 3.
  ///
  /// The step is the one with the least estimated error: how much two neighbouring extrapolations differ, for what
  /// curvature leaves, and noise / h for rounding. What the limit is compared with has no say in the choice.
  ///
  /// - Parameters:
  ///   - differences: D of each step.
  ///   - noise: how far rounding moves a value of the function.
  /// - Returns: the limit, and its estimated error.
  func extrapolated(_ differences: [Double], noise: Double) -> (limit: Double, uncertainty: Double) {
    let limits = zip(differences, differences.dropFirst()).map { (4 * $1 - $0) / 3 }
    guard limits.count >= 2, limits.allSatisfy(\.isFinite) else { return (.nan, 0) }
    let best = (1..<limits.count).min {
      estimatedError(limits, $0, noise) < estimatedError(limits, $1, noise)
    }
    return (limits[best ?? 1], estimatedError(limits, best ?? 1, noise))
  }

  /// How far the limit is from 0 beyond its uncertainty: the error that differences can prove.
  func provenError(_ gaps: [Double], noise: Double) -> Double {
    let (limit, uncertainty) = extrapolated(gaps, noise: noise)
    return limit.isNaN ? .nan : max(abs(limit) - uncertainty, 0)
  }

  private func estimatedError(_ limits: [Double], _ index: Int, _ noise: Double) -> Double {
    abs(limits[index] - limits[index - 1]) + noise / values[index + 1]
  }
}
