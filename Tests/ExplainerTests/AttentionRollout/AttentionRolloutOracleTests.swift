import Testing
import XAIAttentionRollout
import XAICore
import XAITensor
import XAITesting

/// Attention Rollout against full matrices in double precision.
@Suite("Attention Rollout formula") struct AttentionRolloutOracleTests {
  static let settings: [AttentionRolloutOptions] = {
    var settings: [AttentionRolloutOptions] = []
    for fusion in AttentionRolloutOptions.Fusion.allCases {
      for discard in [0, 0.4, 0.9] {
        for (start, residual) in [(0, 0.5), (1, 0.5), (2, 0), (0, 0.2), (0, 1)] {
          var options = AttentionRolloutOptions()
          (options.fusion, options.discard, options.start, options.residual) = (
            fusion, discard, start, residual
          )
          settings.append(options)
        }
      }
    }
    return settings
  }()

  /// Ã = ρI + (1 − ρ)Ā with rows scaled to sum 1, R = Ã_L⋯Ã_start.
  private func naive(_ heads: [[Matrix]], _ layout: TokenLayout, _ options: AttentionRolloutOptions)
    -> [Double]
  {
    var product = Matrix.identity(layout.tokenCount)
    for layer in heads[options.start...] {
      var fused = layer.dropFirst().reduce(layer[0]) {
        switch options.fusion {
        case .mean: $0 + $1
        case .max: $0.zip($1, max)
        case .min: $0.zip($1, min)
        }
      }
      if options.fusion == .mean { fused = 1 / Double(layer.count) * fused }
      for row in 0..<fused.rows {
        let ranked = layout.patches.sorted { fused[row, $0] < fused[row, $1] }
        for column in ranked.prefix(Int(options.discard * Double(ranked.count))) { fused[row, column] = 0 }
      }
      let residual = Matrix.identity(layout.tokenCount, times: options.residual)
      product = (residual + (1 - options.residual) * fused).rowsNormalised * product
    }
    return Array(product.read(with: layout.readoutWeights)[layout.patches])
  }

  private func heads(of model: ScriptedModel, image: Int) -> [[Matrix]] {
    (0..<model.descriptor.layerCount).map { layer in
      (0..<model.descriptor.headCount).map { model.attentionMatrix(layer: layer, image: image, head: $0) }
    }
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func options(_ toy: ToyModel) throws {
    let layout = toy.layout
    let model = ScriptedModel.random(layout: layout)
    for options in Self.settings {
      let maps = try AttentionRollout(options: options).explain(
        model.input(images: 2), targets: .classes([0]), using: model)
      for image in 0..<2 {
        expectSameMap(
          maps[image][0].scores, naive(heads(of: model, image: image), layout, options), within: 1e-5,
          "\(toy) image \(image) '\(options.shortestText)'")
      }
    }
  }

  @Test("(A + I)/2, scaled rows of A + I and plain A + I give one map")
  func identities() throws {
    for toy in ToyModel.all {
      let layout = toy.layout
      let model = ScriptedModel.random(layout: layout, images: 1)
      let map = try AttentionRollout().explain(model.input(), targets: .classes([0]), using: model)[0][0]
      let identity = Matrix.identity(layout.tokenCount)
      let forms: [(String, (Matrix) -> Matrix)] = [
        ("(A + I)/2", { 0.5 * ($0 + identity) }), ("A + I, rows scaled", { ($0 + identity).rowsNormalised }),
        ("A + I", { $0 + identity }),
      ]
      for (name, factor) in forms {
        let product = heads(of: model, image: 0).reduce(identity) { product, heads in
          factor(1 / Double(heads.count) * heads.dropFirst().reduce(heads[0], +)) * product
        }
        expectSameMap(
          map.scores, Array(product.read(with: layout.readoutWeights)[layout.patches]), within: 1e-5,
          "\(toy) \(name)")
      }
    }
  }

  /// The class token looks at the second patch in the last layer, which looked at the first patch before.
  @Test("layers are multiplied towards the output")
  func order() throws {
    let layout = TokenLayout(
      prefix: [.classToken], grid: PatchGrid(rows: 1, columns: 2), readout: .classToken)
    var model = ScriptedModel(layout: layout, layers: 2, heads: 1)
    model.attention[0] = Tensor([1, 1, 3, 3], [1, 0, 0, 0, 1, 0, 0, 1, 0])
    model.attention[1] = Tensor([1, 1, 3, 3], [0, 0, 1, 0, 1, 0, 0, 0, 1])
    var options = AttentionRolloutOptions()
    options.residual = 0
    let map = try AttentionRollout(options: options).explain(
      model.input(), targets: .classes([0]), using: model)
    #expect(map[0][0].scores == [1, 0])
  }

  /// The class column is the lowest of its row, and still carries what the class token saw before.
  @Test("discarding leaves prefix columns")
  func discard() throws {
    let layout = TokenLayout(
      prefix: [.classToken], grid: PatchGrid(rows: 1, columns: 2), readout: .classToken)
    var model = ScriptedModel(layout: layout, layers: 2, heads: 1)
    model.attention[0] = Tensor([1, 1, 3, 3], [0, 1, 0, 0, 1, 0, 0, 0, 1])
    model.attention[1] = Tensor([1, 1, 3, 3], [0.1, 0.3, 0.6, 0, 1, 0, 0, 0, 1])
    var options = AttentionRolloutOptions()
    (options.residual, options.discard) = (0, 0.5)
    let map = try AttentionRollout(options: options).explain(
      model.input(), targets: .classes([0]), using: model)
    // Row (0.1, 0, 0.6)/0.7 of the last layer, times the first.
    expectClose(map[0][0].scores, [0.1 / 0.7, 0.6 / 0.7], within: 1e-6, "scores")
  }

  @Test("of equal columns the first is discarded")
  func ties() throws {
    let layout = TokenLayout(prefix: [], grid: PatchGrid(rows: 1, columns: 4), readout: .meanOfPatches)
    var model = ScriptedModel(layout: layout, layers: 1, heads: 1)
    model.attention[0] = Tensor(repeating: 0.25, [1, 1, 4, 4])
    var options = AttentionRolloutOptions()
    (options.residual, options.discard) = (0, 0.5)
    let map = try AttentionRollout(options: options).explain(
      model.input(), targets: .classes([0]), using: model)
    #expect(map[0][0].scores == [0, 0, 0.5, 0.5])
  }

  @Test("a start layer that the model doesn't have is refused")
  func start() throws {
    let model = ScriptedModel.random(
      layout: ToyModel.classToken.layout)
    var options = AttentionRolloutOptions()
    options.start = 3
    #expect(throws: OptionError.self) {
      try AttentionRollout(options: options).check(fits: model.descriptor)
    }
  }
}
