public import XAICore
import XAITensor

/// What the tokens of an image attend to, at every layer and head.
public struct ExploreAttention: Hashable, Sendable {
  /// Layers.
  public let layers: Int
  /// Heads of each layer.
  public let heads: Int
  /// The patches.
  public let grid: PatchGrid
  /// The attention to each patch, [layers][heads][rows × columns].
  public let rows: [Float]
  /// The share of the attention that goes to tokens that are no patches, `[layer][head]`.
  public let toPrefix: [[Float]]
  /// What is left of each patch in the token behind each layer, [layers][rows × columns], by Attention Rollout up to that layer:
  /// the row of Ã_l⋯Ã_1 with Ã = ½·I + ½·Ā, Ā being the mean over heads.
  public let rollout: [Float]
  /// The weight that GMAR gives each head for the class; nil where it doesn't fit the model.
  public let gmarWeights: [[Float]]?
}

/// The norms of an image's tokens, layer by layer.
public struct ExploreTokens: Hashable, Sendable, Codable {
  /// The length of each patch's token behind each layer, `[layer][patch]`.
  public let norms: [[Float]]
  /// The length of each token before the patches, class token and registers among them, `[layer][token]`.
  public let registers: [[Float]]
}

extension ExploreSession {
  /// The token that looks: that of a patch, or what the logits are read from.
  public enum Looker: Hashable, Sendable {
    /// A patch, counted row by row from 0.
    case patch(Int)
    /// The tokens that the model reads, by their weights.
    case readout
  }

  /// What a token attends to.
  ///
  /// - Parameters:
  ///   - image: the image, by its id.
  ///   - looker: the token.
  ///   - target: the class that GMAR weights heads for; nil for the likeliest.
  ///   - model: the model, by its id; nil for the default one.
  ///   - heads: the heads whose output is zero.
  ///   - view: where it is asked: see ``ExploreSession``.
  /// - Throws: as ``map(_:progress:)``; where layers have tokens or heads of their own.
  public func attention(
    image: String, from looker: Looker, target: Int? = nil, model id: String? = nil,
    removedHeads heads: Set<Intervention.Head> = [], view: String? = nil
  ) async throws -> ExploreAttention {
    let asked = try model(id)
    let descriptor = asked.model.descriptor
    try descriptor.checkHasUniformAttention()
    if let target { try asked.check(class: target) }
    let input = try await images.seen(image, by: asked).input
    let weights = try await gmarWeights(
      image: image, target: target, of: asked, removedHeads: heads, view: view)
    return try await turn(of: asked, .short, for: "attention", view: view) {
      let trace = try asked.trace(
        of: input, image: image, without: heads, by: asked.without(heads),
        recording: Recording(attention: .all))
      return try ExploreAttention(trace, from: looker, of: descriptor, gmarWeights: weights)
    }
  }

  private func gmarWeights(
    image: String, target: Int?, of model: ExploreModel, removedHeads: Set<Intervention.Head>, view: String?
  ) async throws -> [[Float]]? {
    let gmar = "gmar"
    guard registry.explainers.contains(where: { $0.descriptor.id == gmar }),
      (try? registry.explainer(gmar).check(fits: model.model.descriptor)) != nil
    else { return nil }
    var question = ExploreMapQuestion(image: image, explainer: gmar)
    (question.target, question.removedHeads, question.view) = (target, removedHeads, view)
    return try await make(question, of: model, purpose: "attention").attribution.diagnostics.headWeights
  }

  /// The norms of all tokens.
  ///
  /// - Throws: as ``map(_:progress:)``; where layers have tokens of their own.
  public func tokens(
    image: String, model id: String? = nil, view: String? = nil
  ) async throws -> ExploreTokens {
    let asked = try model(id)
    let descriptor = asked.model.descriptor
    guard descriptor.layout.layers.isEmpty, descriptor.layout.poolingLayer == nil else {
      throw ExploreError(.unsupported, "the layers of \(descriptor.name) have tokens of their own")
    }
    let points = Set(descriptor.layers.indices.map { ActivationPoint(layer: $0, place: .output) })
    try descriptor.check(recording: points, gradients: [], for: "token norms")
    let input = try await images.seen(image, by: asked).input
    return try await turn(of: asked, .short, for: "tokens", view: view) {
      let trace = try asked.trace(
        of: input, image: image, by: asked.model, recording: Recording(activations: points))
      let lengths = try descriptor.layers.indices.map { layer in
        let tokens = try trace.activation(at: ActivationPoint(layer: layer, place: .output))[0]
        return (0..<tokens.shape[0]).map { token in
          Float(tokens[token].elements.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot())
        }
      }
      let patches = trace.layout.patches
      return ExploreTokens(
        norms: lengths.map { Array($0[patches]) }, registers: lengths.map { Array($0[..<patches.lowerBound]) }
      )
    }
  }
}

extension ExploreAttention {
  init(
    _ trace: ForwardTrace, from looker: ExploreSession.Looker, of model: ModelDescriptor,
    gmarWeights: [[Float]]?
  ) throws {
    let layout = trace.layout
    if case .patch(let patch) = looker, !(0..<layout.grid.count).contains(patch) {
      throw ExploreError(
        .badRequest, "there are \(layout.grid.count) patches (\(layout.grid)), counted from 0")
    }
    (layers, heads, grid) = (model.layerCount, model.headCount, layout.grid)
    var (rows, rollout, toPrefix): ([Float], [Float], [[Float]]) = ([], [], [])
    rows.reserveCapacity(layers * heads * grid.count)
    let matrices = try (0..<layers).map { try AttentionRows(trace, layer: $0, image: 0) }
    for (layer, attention) in matrices.enumerated() {
      let weights = looker.weights(ofLayer: layer, layout)
      toPrefix.append([])
      for head in 0..<heads {
        var row = [Float](repeating: 0, count: attention.tokenCount)
        for (token, weight) in weights.enumerated() where weight != 0 {
          attention.withRow(head: head, row: token) { values in
            for place in row.indices { row[place] += weight * values[place] }
          }
        }
        rows += row[layout.patches]
        toPrefix[layer].append(row[..<layout.patches.lowerBound].reduce(0, +))
      }
      let chain = RowPropagation.propagate([weights], through: (0...layer).reversed(), of: layout) { row in
        matrices[row.layer].writeWeightedSum(matrices[row.layer].equalWeights, to: row)
        row.scale(by: 0.5)
        row.addIdentity(times: 0.5)
        row.normalise()
      }
      rollout += layout.patchScores(chain[0], ofLayer: 0)
    }
    (self.rows, self.rollout, self.toPrefix) = (rows, rollout, toPrefix)
    self.gmarWeights = gmarWeights
  }
}

extension ExploreSession.Looker {
  /// One weight per token of a layer, summing to 1.
  fileprivate func weights(ofLayer layer: Int, _ layout: TokenLayout) -> [Float] {
    guard case .patch(let patch) = self else { return layout.readoutWeights(ofLayer: layer) }
    var weights = [Float](repeating: 0, count: layout.tokenCount)
    weights[layout.patches.lowerBound + patch] = 1
    return weights
  }
}

extension ModelDescriptor {
  /// Throws where attention can't be shown as a grid of layers and heads over the same patches.
  func checkHasUniformAttention() throws {
    guard capabilities.contains(.attention) else { throw ModelError.notGiven(.attention, model: name) }
    guard layout.layers.isEmpty, hasEqualHeadCounts else {
      throw ExploreError(
        .unsupported,
        "the layers of \(name) have tokens or heads of their own, which no grid of all heads shows")
    }
  }
}
