public import XAITensor

/// Options of an explainer that makes a map of the activations of one point of a model.
public protocol ClassActivationOptions: BackwardOptions {
  /// The layer, from 0; −1 is the last.
  var layer: Int { get set }
  /// The place in the layer, of those that have a vector for each token.
  var point: Place { get set }
  /// Whether negative scores become 0.
  var relu: Bool { get set }
}

extension ClassActivationOptions {
  /// The rows of the table that all of them have.
  public static var activationTable: [OptionSpec<Self>] {
    [
      OptionSpec("layer", \.layer, "the layer that is looked at, from 0; -1 is the last"),
      OptionSpec("point", \.point, "the place in the layer"),
      OptionSpec("relu", \.relu, "whether negative scores become 0"),
      backwardOption,
      contrastOption,
    ]
  }
}

/// An explainer that scores patches by their activations at one point of a model and the gradient there.
///
/// It says how one image's patches are scored; the backward pass is the same for all of them.
public protocol ClassActivationMap: Explainer where Options: ClassActivationOptions {
  /// The score of each patch.
  ///
  /// - Parameters:
  ///   - activations: f of the patches, [patches, channels].
  ///   - gradient: ∂y/∂f, of the same shape.
  func scores(_ activations: Tensor, _ gradient: Tensor) -> [Float]
}

extension ClassActivationMap {
  /// Without negative scores unless they are asked for.
  public var scoreMeaning: ScoreMeaning { options.relu ? .magnitude : .signed }

  private func point(of model: ModelDescriptor) throws -> ActivationPoint {
    try model.tokenPoint(options.point, layer: options.layer, for: self)
  }

  /// Needs the activations of one point, and a backward pass down to it.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    Recording(activations: [try point(of: model)], gradients: true)
  }

  /// The gradient at that point.
  public func gradientPoints(for model: ModelDescriptor) throws -> Set<ActivationPoint> {
    [try point(of: model)]
  }

  /// Explains every target in one backward pass.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let point = try point(of: model.descriptor)
    let activations = try trace.activation(at: point)
    let gradients = try model.differentiable().backward(
      from: trace.cotangent(of: targets, contrast: options.contrast), through: trace,
      rules: options.backward.rules, requesting: GradientRequest(activations: [point]))
    guard let gradient = gradients.activations[point] else {
      throw ModelError.notRecorded("gradient of \(point)")
    }
    let patches = trace.layout.patches(ofLayer: point.layer)
    return try targets.map { image, target, classIndex in
      let row = targets.row(image: image, target: target)
      let scores = self.scores(activations[image][patches], gradient[row][patches])
      let map = options.relu ? scores.map { max($0, 0) } : scores
      return try Attribution(
        scores: trace.layout.patchMap(map, ofLayer: point.layer), of: trace, classIndex: classIndex, by: self)
    }
  }
}

extension Tensor {
  /// Σ_c mean_q(g_qc)·f_pc of each patch p of activations f, [patches, channels]: Grad-CAM's map, before the ReLU.
  ///
  /// - Parameter gradient: g, of the same shape.
  package func weightedByMean(of gradient: Tensor) -> [Float] {
    let (patches, width) = (shape[0], shape[1])
    let sums = Tensor.sum(.operand(0), of: [gradient], outer: 1, middle: patches, inner: width)
    let weight = Elementwise.operand(0) / .constant(Float(patches))
    return Tensor.sum(
      weight * .operand(1), of: [sums, self], outer: patches, middle: width, inner: 1
    ).onHost("scores of patches").elements
  }
}
