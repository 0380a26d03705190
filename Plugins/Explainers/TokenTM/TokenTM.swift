public import XAICore
import XAIFoundation
import XAITensor

/// The options of TokenTM.
public struct TokenTMOptions: BackwardOptions {
  /// The first layer that counts, from 0.
  public var start = 0
  /// How the backward pass goes through operations that aren't linear.
  public var backward = BackwardPass.gradient
  /// What the class is held against.
  public var contrast = Contrast.none

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "start", \.start, "the first layer that counts, from 0", allowed: "a layer, from 0", where: { $0 >= 0 }),
    backwardOption,
    contrastOption,
  ]
}

/// TokenTM: attention with the effect of what happens to the tokens themselves, in length and direction.
///
/// W(E → Ẽ)_i = ‖Ẽ_i‖/‖E_i‖ · softmax_i cos(E_i, Ẽ_i). From C_0 = diag ‖E_0‖, each layer does
/// C ← (I + W_mlp)·(I + (Ā·W_attn) ⊙ Ḡ)·C, Ā = mean_h A, Ḡ = mean_h ReLU(∂y/∂A); the map is C's readout row.
/// Source: Wu et al. 2024 (arXiv 2403.14552).
public struct TokenTM: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "token-tm", title: "TokenTM",
    summary:
      "Rolls out attention weighted by its gradient and by how blocks change tokens in length and direction",
    family: .gradient, needs: [.attention, .attentionGradients, .activations], isClassSpecific: true,
    scores: .magnitude,
    backwardPasses: "1",
    citation: Citation(
      authors: "Wu et al.",
      title: "Token Transformation Matters: Towards Faithful Post-hoc Explanation for Vision Transformer",
      venue: "CVPR", year: 2024, identifier: "arXiv:2403.14552"))

  public let options: TokenTMOptions

  public init(options: TokenTMOptions = TokenTMOptions()) {
    self.options = options
  }

  private static let points: [Place] = [.input, .afterAttention, .output]

  /// Needs the tokens before and behind both halves of every block, and a backward pass.
  public func recording(for model: ModelDescriptor) throws -> Recording {
    let layers = try model.layer(options.start, option: "start")..<model.layerCount
    return Recording(
      activations: Set(
        layers.flatMap { layer in Self.points.map { ActivationPoint(layer: layer, place: $0) } }),
      gradients: true)
  }

  /// Explains every target in one backward pass.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let layers = options.start..<model.descriptor.layerCount
    let attention = try GradientWeightedAttention(
      trace, cotangent: trace.cotangent(of: targets, contrast: options.contrast), layers: layers,
      clamp: .meansApart, rules: options.backward.rules, using: model)
    let effects = try layers.map { try TransformationEffects(of: trace, layer: $0) }
    return try targets.map { image, target, classIndex in
      let passRow = targets.row(image: image, target: target)
      // One row of (I + W_mlp)(I + T) is a row of I + T, times 1 + W_mlp of the token that the row is of.
      let layout = trace.layout
      var vector = RowPropagation.propagate([layout.readoutWeights], through: layers.reversed(), of: layout) {
        row in
        let effect = effects[row.layer - layers.lowerBound]
        attention.write(row, passRow: passRow)
        for c in row.entries.indices { row.entries[c] *= effect.attention[image][row.token(ofEntry: c)] }
        row.addIdentity()
        row.scale(by: 1 + effect.mlp[image][row.token])
      }[0]
      for c in vector.indices { vector[c] *= effects[0].inputLengths[image][c] }
      return try Attribution(
        scores: layout.patchScores(vector, ofLayer: layers.lowerBound), of: trace, classIndex: classIndex,
        by: self)
    }
  }
}

/// How the halves of a block change tokens in length and direction: `[image][token]`.
struct TransformationEffects {
  /// ‖E_i‖ of the block's input.
  let inputLengths: [[Float]]
  /// W_i from the block's input to the residual sum after the attention.
  let attention: [[Float]]
  /// W_i from there to the block's output.
  let mlp: [[Float]]

  init(of trace: ForwardTrace, layer: Int) throws(ModelError) {
    let input = try trace.activation(at: ActivationPoint(layer: layer, place: .input))
    let middle = try trace.activation(at: ActivationPoint(layer: layer, place: .afterAttention))
    let output = try trace.activation(at: ActivationPoint(layer: layer, place: .output))
    let images = 0..<trace.batchCount
    inputLengths = images.map { image in
      Self.products(input[image], input[image]).map { Float($0.squareRoot()) }
    }
    attention = images.map { Self.weights(from: input[$0], to: middle[$0]) }
    mlp = images.map { Self.weights(from: middle[$0], to: output[$0]) }
  }

  /// ‖Ẽ_i‖/‖E_i‖ · exp cos(E_i, Ẽ_i) / Σ_k exp cos(E_k, Ẽ_k); a token of length 0 has no direction: its cosine is 0.
  static func weights(from before: Tensor, to after: Tensor) -> [Float] {
    let (beforeSquares, afterSquares) = (products(before, before), products(after, after))
    let exponentials = zip(products(before, after), zip(beforeSquares, afterSquares)).map {
      product, squares in
      let lengths = (squares.0 * squares.1).squareRoot()
      return exponential(lengths > 0 ? product / lengths : 0)
    }
    let sum = exponentials.reduce(0, +)
    return exponentials.indices.map { token in
      let length = beforeSquares[token].squareRoot()
      guard length > 0 else { return 0 }
      return Float(afterSquares[token].squareRoot() / length * exponentials[token] / sum)
    }
  }

  /// The scalar products of the tokens of two sequences, [N, D].
  private static func products(_ a: Tensor, _ b: Tensor) -> [Double] {
    Tensor.sums(
      Elementwise.operand(0) * .operand(1), of: [a, b], inDouble: true, rows: a.shape[0], columns: a.shape[1],
      at: "lengths of tokens")
  }
}
