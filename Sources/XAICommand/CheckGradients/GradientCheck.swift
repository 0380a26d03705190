import XAICore
import XAITensor

/// Holds the gradients of a model's logit y against differences of its forward pass.
struct GradientCheck {
  let model: any Model
  /// [1, 3, H, W].
  let input: Tensor
  let classIndex: Int

  /// Activations that all of the derivative goes through, in every layer.
  private static let cuts: [BlockPoint] = [.output, .afterAttention]
  /// What float32 leaves uncertain, with room: right models stay ten times under these.
  private static let tolerances = (pixel: 1e-2, direction: 5e-4, identity: 1e-5)
  private static let pixelSteps = [0.8, 0.4, 0.2, 0.1, 0.05]
  private static let directionSteps = [8e-3, 4e-3, 2e-3, 1e-3, 5e-4]

  /// Runs all comparisons that the model's capabilities allow.
  func run(pixels: Int, directions: Int, _ random: inout SeededNumbers) throws -> [GradientComparison] {
    let trace = try model.forward(input, recording: recording)
    let request = GradientRequest(
      attention: recordsAttention ? .all : .none, activations: recording.activations, input: true)
    var rowErrors: [Double] = []
    var attentionRows: [Int: [[Double]]] = [:]
    let gradients = try model.backward(
      from: Targets([[classIndex]]).cotangent(classCount: model.descriptor.classCount), through: trace,
      rules: .gradient, requesting: request
    ) { attentionRows[$0.layer] = AttentionIdentity.rowSums($0) }
    guard let gradient = gradients.input?.elements else {
      throw ModelError.missingCapabilities(
        explainer: "check-gradients", model: model.descriptor.name, missing: [.inputGradients])
    }
    for (layer, sums) in attentionRows {
      let point = ActivationPoint(layer: layer, point: .headOutputs)
      guard let output = trace.activations[point], let slope = gradients.activations[point] else { continue }
      rowErrors += AttentionIdentity.errors(sums, output: output, gradient: slope)
    }
    let pixelErrors = try pixelErrors(gradient, count: pixels, &random)
    var directional = DirectionalErrors()
    for _ in 0..<directions {
      try addErrors(along: direction(gradient, &random), gradient, gradients.activations, to: &directional)
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
    let points = recordsActivations ? Self.cuts + [.headOutputs] : []
    let layers = 0..<model.descriptor.layerCount
    return Recording(
      attention: recordsAttention ? .all : .none,
      activations: Set(points.flatMap { point in layers.map { ActivationPoint(layer: $0, point: point) } }),
      gradients: true)
  }

  // MARK: - Pixels

  /// Errors of single pixels, half of them among the steepest, relative to the steepest of the sample.
  private func pixelErrors(
    _ gradient: [Float], count: Int, _ random: inout SeededNumbers
  ) throws -> [Double] {
    let steep = gradient.indices.sorted { (abs(gradient[$1]), $0) < (abs(gradient[$0]), $1) }
      .prefix(max(gradient.count / 20, 1))
    let sample = (0..<count).map { index in
      index % 2 == 0
        ? steep[Int(random.next() % UInt64(steep.count))] : Int(random.next() % UInt64(gradient.count))
    }
    let greatest = sample.reduce(0) { max($0, Double(abs(gradient[$1]))) }
    return try sample.map { pixel in
      let slopes = try Self.pixelSteps.map { step in
        var change = [Float](repeating: 0, count: gradient.count)
        change[pixel] = Float(step)
        let logits = try model.logits(pair(change))
        return Double(logits[0].elements[classIndex] - logits[1].elements[classIndex])
          / (2 * Double(Float(step)))
      }
      return bestError(slopes, expected: Double(gradient[pixel]), scale: greatest)
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
    along direction: [Float], _ gradient: [Float], _ slopes: [ActivationPoint: Tensor],
    to errors: inout DirectionalErrors
  ) throws {
    let derivative = inner(gradient, direction)
    var logitSlopes: [Double] = []
    var activationSlopes: [[ActivationPoint: Double]] = []
    var attentionAdditions: [[Int: Double]] = []
    for step in Self.directionSteps {
      let trace = try model.forward(
        pair(direction.map { $0 * Float(step) }), recording: Recording(activations: recording.activations))
      let logits = (0..<2).map { trace.logits[$0].elements[classIndex] }
      logitSlopes.append(Double(logits[0] - logits[1]) / (2 * step))
      let differences = trace.activations.mapValues { difference($0, step: step) }
      var products: [ActivationPoint: Double] = [:]
      var additions: [Int: Double] = [:]
      for (point, change) in differences {
        guard let slope = slopes[point]?.elements else { continue }
        products[point] = inner(slope, change)
        // What the attention adds to the residual stream; the input of layer 0 is not a recorded point.
        if point.point == .afterAttention, point.layer > 0,
          let before = differences[ActivationPoint(layer: point.layer - 1, point: .output)]
        {
          additions[point.layer] = inner(slope, change) - inner(slope, before)
        }
      }
      activationSlopes.append(products)
      attentionAdditions.append(additions)
    }
    let scale = abs(derivative)
    errors.input.append(bestError(logitSlopes, expected: derivative, scale: scale))
    for point in slopes.keys.sorted(by: { ($0.layer, $0.point.rawValue) < ($1.layer, $1.point.rawValue) }) {
      let values = activationSlopes.map { $0[point] ?? .nan }
      if Self.cuts.contains(point.point) {
        errors.activations[point.point, default: []]
          .append(bestError(values, expected: derivative, scale: scale))
      } else if point.layer > 0 {
        // Both sides are differences with the same step, so each step is compared with itself.
        let expected = attentionAdditions.map { $0[point.layer] ?? .nan }
        let gap = zip(values, expected).map { $0 - $1 }
        errors.activations[point.point, default: []].append(bestError(gap, expected: 0, scale: scale))
      }
    }
  }

  /// (a(x + h·d) − a(x − h·d)) / 2h of an activation of the pair.
  private func difference(_ activation: Tensor, step: Double) -> [Float] {
    let (above, below) = (activation[0].elements, activation[1].elements)
    let scale = Float(1 / (2 * step))
    return zip(above, below).map { ($0 - $1) * scale }
  }

  /// The input plus and minus a change, [2, 3, H, W].
  private func pair(_ change: [Float]) -> Tensor {
    let pixels = input.elements
    return Tensor(
      Shape([2] + input.shape.extents.dropFirst()),
      zip(pixels, change).map { $0 + $1 } + zip(pixels, change).map { $0 - $1 })
  }
}

/// Errors along directions by what they are of.
struct DirectionalErrors {
  var input: [Double] = []
  var activations: [BlockPoint: [Double]] = [:]
}

/// The least error of differences with halving steps and of their extrapolations (4·D(h/2) − D(h)) / 3.
private func bestError(_ slopes: [Double], expected: Double, scale: Double) -> Double {
  let extrapolated = zip(slopes, slopes.dropFirst()).map { (4 * $1 - $0) / 3 }
  let errors = (slopes + extrapolated).map { abs($0 - expected) / max(scale, .leastNormalMagnitude) }
  return errors.contains { $0.isNaN } ? .nan : errors.min() ?? .nan
}

/// Σ aᵢ·bᵢ, summed in double precision.
private func inner(_ a: [Float], _ b: [Float]) -> Double {
  zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}
