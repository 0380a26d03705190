public import XAICore
import XAITensor

/// The options of LeGrad.
public struct LeGradOptions: ContrastiveOptions {
  /// The first layer that counts, from 0.
  public var start = 0
  /// Which tokens of a layer the classifier reads.
  public var pooling = LayerReadout.mean
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "start", \.start, "the first layer that counts, from 0; negative numbers count from the last",
      allowed: "a layer"),
    OptionSpec(
      "pooling", \.pooling,
      "which tokens of a layer the classifier reads: the mean of all, or those of the model itself"
    ),
    contrastOption,
  ]
}

/// LeGrad: how the class's score of each layer depends on that layer's attention.
///
/// s_l is what the classifier says of layer l's output alone; G_l = ∂s_l/∂A_l; the map is the sum over layers of
/// 1/(H·N)·Σ_h Σ_i ReLU(G_l)_hij, a score for each key j. In windows, i are the N queries that can attend to it.
/// Source: Bousselham et al. 2024 (arXiv 2404.03214), section 3.
public struct LeGrad: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "legrad", title: "LeGrad",
    summary: "Adds up, over layers, how the class's score of a layer grows with that layer's attention",
    family: .gradient, needs: [.attention, .activations, .layerReadouts], isClassSpecific: true,
    scores: .magnitude,
    backwardPasses: "1",
    citation: Citation(
      authors: "Bousselham et al.",
      title: "LeGrad: An Explainability Method for Vision Transformers via Feature Formation Sensitivity",
      venue: "ICCV", year: 2025, identifier: "arXiv:2404.03214"))

  public let options: LeGradOptions

  public init(options: LeGradOptions = LeGradOptions()) {
    self.options = options
  }

  private func layers(of model: ModelDescriptor) throws -> Range<Int> {
    try model.layer(options.start, option: "start")..<model.layerCount
  }

  /// Needs the output of every layer that counts, and what a backward pass needs.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    return Recording(
      activations: Set(try layers(of: model).map { ActivationPoint(layer: $0, place: .output) }),
      gradients: true)
  }

  /// Explains every target; each layer's backward pass ends at its own attention.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let cotangent = try trace.cotangent(of: targets, contrast: options.contrast)
    let layout = trace.layout
    var sums = [[Float]](
      repeating: [Float](repeating: 0, count: layout.grid.count), count: cotangent.shape[0])
    try model.layerReadable().readLayers(
      from: cotangent, through: trace, layers: .some(Set(layers(of: model.descriptor))),
      readout: options.pooling
    ) { visited in
      Self.add(visited, of: layout, to: &sums)
    }
    return try targets.map { image, target, classIndex in
      try Attribution(
        scores: sums[targets.row(image: image, target: target)], of: trace, classIndex: classIndex, by: self)
    }
  }

  /// Adds the mean over heads and queries of ReLU(G), [heads, N, N], for each key; where layers have tokens of their own, its
  /// map is interpolated to the patches.
  private static func add(_ visited: AttentionGradient, of layout: TokenLayout, to sums: inout [[Float]]) {
    let (heads, slots) = (visited.gradient.shape[1], visited.gradient.shape[3])
    let windows = layout.windows(ofLayer: visited.layer)
    let apart = windows?.together(heads: heads)
    let positive = Elementwise.operand(0).positivePart
    let columns = Tensor.sum(
      apart == nil ? positive : positive * .operand(1), of: [visited.gradient] + (apart.map { [$0] } ?? []),
      outer: visited.gradient.shape[0], middle: heads * slots, inner: slots
    ).onHost("column sums of the gradient").elements
    let counts = windows?.queries
    for row in sums.indices {
      let tokens = (0..<layout.tokenCount(ofLayer: visited.layer)).map { token in
        guard let windows, let counts else { return columns[row * slots + token] / Float(heads * slots) }
        let place = windows.place(of: token)
        let column = columns[(row * windows.count + place.window) * slots + place.slot]
        return column / Float(heads * counts[token])
      }
      let patches = Array(tokens[layout.patches(ofLayer: visited.layer)])
      for (patch, score) in layout.patchMap(patches, ofLayer: visited.layer).enumerated() {
        sums[row][patch] += score
      }
    }
  }
}

extension AttentionWindows {
  /// How many tokens can attend to each token: those of its region in its window.
  fileprivate var queries: [Int] {
    let places = tokens.indices.map { RegionOfWindow(window: $0 / size, region: regions[$0]) }
    var counts: [RegionOfWindow: Int] = [:]
    for slot in tokens.indices where tokens[slot] >= 0 { counts[places[slot], default: 0] += 1 }
    return (0..<grid.count).map { token in
      let place = place(of: token)
      return counts[places[place.window * size + place.slot]] ?? 1
    }
  }

  /// 1 where two slots of a window are of one region and 0 where a mask keeps them apart, [windows, heads, slots, slots]; nil
  /// where none are apart.
  fileprivate func together(heads: Int) -> Tensor? {
    let windows = (0..<count).map { regions[$0 * size..<($0 + 1) * size] }
    guard windows.contains(where: { window in window.contains { $0 != window.first } }) else { return nil }
    let pairs = windows.map { window in
      window.flatMap { query in window.map { $0 == query ? Float(1) : 0 } }
    }
    return Tensor(
      [count, heads, size, size], pairs.flatMap { pairs in (0..<heads).flatMap { _ in pairs } })
  }
}

/// A part of a window whose tokens attend to each other.
private struct RegionOfWindow: Hashable {
  let window: Int
  let region: Int
}
