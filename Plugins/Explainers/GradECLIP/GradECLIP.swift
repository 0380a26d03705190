public import XAICore
import XAITensor

/// The options of Grad-ECLIP.
public struct GradECLIPOptions: ContrastiveOptions {
  /// The layer whose attention is taken apart, from 0; −1 is the last.
  public var layer = -1
  /// Whether a patch counts by how far its key looks like the query.
  public var similarity = true
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec("layer", \.layer, "the layer whose attention is taken apart, from 0; -1 is the last"),
    OptionSpec("similarity", \.similarity, "whether a patch counts by how far its key looks like the query"),
    contrastOption,
  ]
}

/// Grad-ECLIP: what each patch's values bring to the class through the output of the last attention.
///
/// map_p = ReLU(Σ_c ∂y/∂o_rc · v_pc · λ_p), with the heads' outputs o of the token r that the logits are read from, before the
/// output projection, and the values v, all heads side by side. λ_p is the cosine of the query of r and the key of p, scaled
/// to [0, 1] by the least and the greatest over the patches, for which the query's length is the same: softer than attention,
/// which leaves few patches. Where several tokens are read, their maps are added up before the ReLU. The model is run as it
/// is; the authors' program runs that layer with a single head.
/// Source: Zhao et al. 2024 (ICML), section 3.2.
public struct GradECLIP: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "grad-eclip", title: "Grad-ECLIP",
    summary: "Weights the values of the last attention by their gradient and by how alike keys and query are",
    family: .gradient, needs: [.activations, .activationGradients], isClassSpecific: true, scores: .magnitude,
    backwardPasses: "1",
    citation: Citation(
      authors: "Zhao et al.",
      title: "Gradient-based Visual Explanation for Transformer-based CLIP", venue: "ICML", year: 2024,
      identifier: "github.com/Cyang-Zhao/Grad-Eclip"))

  public let options: GradECLIPOptions

  public init(options: GradECLIPOptions = GradECLIPOptions()) {
    self.options = options
  }

  /// It compares the query of the tokens that are read with the keys of all patches.
  public var needsIsotropicLayers: String? {
    "it compares the tokens that are read with all patches, which attention in windows doesn't"
  }

  private func point(_ place: Place, of model: ModelDescriptor) throws -> ActivationPoint {
    try model.tokenPoint(place, layer: options.layer, for: self)
  }

  /// Needs the values of the layer, queries and keys where they count, and a backward pass down to the heads' outputs.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    let places: [Place] = options.similarity ? [.queries, .keys, .values] : [.values]
    return Recording(activations: Set(try places.map { try point($0, of: model) }), gradients: true)
  }

  /// The gradient of the heads' outputs.
  public func gradientPoints(for model: ModelDescriptor) throws -> Set<ActivationPoint> {
    [try point(.headOutputs, of: model)]
  }

  /// Explains every target in one backward pass.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    func activation(_ place: Place) throws -> Tensor {
      try trace.activation(at: point(place, of: model.descriptor)).onHost("activations")
    }
    let outputs = try point(.headOutputs, of: model.descriptor)
    let gradients = try model.differentiable().backward(
      from: trace.cotangent(of: targets, contrast: options.contrast), through: trace,
      requesting: GradientRequest(activations: [outputs]))
    guard let gradient = gradients.activations[outputs]?.onHost("gradient") else {
      throw ModelError.notRecorded("gradient of \(outputs)")
    }
    // Of which only the rows of tokens that are read count: what isn't finite may be in another.
    if let first = NotFiniteTensor(gradient, .gradient(outputs)) {
      throw AttributionError.notFinite(explainer: specification, first: first)
    }
    let (patches, read) = (trace.layout.patches, trace.layout.readoutTokens)
    let values = try activation(.values)
    /// λ by image, token that is read and patch.
    var similarities: [[[Float]]]?
    if options.similarity {
      let (queries, keys) = (try activation(.queries), try activation(.keys))
      similarities = (0..<trace.batchCount).map { image in
        let keys = keys[image][patches]
        let lengths = (0..<keys.shape[0]).map { Self.products(keys[$0], keys[$0..<$0 + 1])[0].squareRoot() }
        return read.map { token in
          minMaxNormalised(
            zip(Self.products(queries[image][token], keys), lengths).map { $1 > 0 ? $0 / $1 : 0 })
        }
      }
    }
    return try targets.map { image, target, classIndex in
      let slopes = gradient[targets.row(image: image, target: target)]
      var scores = [Float](repeating: 0, count: patches.count)
      for (place, token) in read.enumerated() {
        let products = Self.products(slopes[token], values[image][patches])
        for patch in scores.indices {
          scores[patch] += products[patch] * (similarities?[image][place][patch] ?? 1)
        }
      }
      return try Attribution(
        scores: scores.map { max($0, 0) }, of: trace, classIndex: classIndex, by: self)
    }
  }

  /// The scalar product of a vector with each row of a matrix.
  private static func products(_ vector: Tensor, _ rows: Tensor) -> [Float] {
    vector.withElements { vector in
      rows.withElements { rows in
        stride(from: 0, to: rows.count, by: vector.count).map { start in
          var sum: Float = 0
          for c in vector.indices { sum += vector[c] * rows[start + c] }
          return sum
        }
      }
    }
  }
}
