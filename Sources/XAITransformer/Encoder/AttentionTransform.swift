public import XAICore
public import XAITensor

/// What is done to the queries and keys of a block between their linear layer and the attention, such as a rotation by the
/// tokens' places, a norm, or a scale of each head.
///
/// A transform is a value of ``VisionTransformerConfiguration/attentionTransforms``; it holds choices, not parameters. Those
/// that it asks for are the block's, which reads, names and trains them. `RotaryEmbedding`, `QueryKeyNorm` and
/// `CosineAttention` are transforms.
public protocol AttentionTransform: Hashable, Sendable {
  /// Whether the transform scales the scores, so that the attention's factor 1/√d is left out. False by default.
  var replacesScale: Bool { get }

  /// The parameters of each block, in the order in which they come back in ``AttentionTransformContext/parameters``. None
  /// by default.
  func parameters(headCount: Int, headWidth: Int) -> [AttentionTransformParameter]

  /// Why heads can't be transformed; nil where they can, as by default.
  func reasonAgainst(headCount: Int, headWidth: Int) -> String?

  /// The queries or keys that the attention sees.
  ///
  /// - Parameters:
  ///   - x: what their linear layer or the transform before gave, [B, N, H, d].
  ///   - context: says which of the two they are, of which tokens, and holds the parameters.
  /// - Returns: [B, N, H, d].
  func apply(to x: Tensor, in context: AttentionTransformContext) -> Tensor

  /// The gradient of `x` from that of what `apply` made of it; or a cotangent, by rules.
  ///
  /// - Parameters:
  ///   - gradient: [k·B, N, H, d], rows of all images for one target after those for another.
  ///   - x: what `apply` saw, [B, N, H, d]; it serves each of the k targets.
  ///   - rules: a norm follows `rules.layerNorm`; a linear layer without bias is its own gradient by any rule, and conserves
  ///     relevance by it.
  ///   - context: that of `apply`.
  /// - Returns: [k·B, N, H, d].
  func applyBackward(
    _ gradient: Tensor, of x: Tensor, rules: PropagationRules, in context: AttentionTransformContext
  ) -> Tensor

  /// The gradients of the parameters, in their order; nil for those that queries, or keys, don't depend on. There is one
  /// target, k = 1.
  func parameterGradients(_ gradient: Tensor, of x: Tensor, in context: AttentionTransformContext)
    -> [Tensor?]
}

extension AttentionTransform {
  /// The scores keep their factor.
  public var replacesScale: Bool { false }

  /// There are no parameters.
  public func parameters(headCount: Int, headWidth: Int) -> [AttentionTransformParameter] { [] }

  /// Any heads will do.
  public func reasonAgainst(headCount: Int, headWidth: Int) -> String? { nil }

  /// There is nothing to train.
  public func parameterGradients(
    _ gradient: Tensor, of x: Tensor, in context: AttentionTransformContext
  ) -> [Tensor?] { context.parameters.map { _ in nil } }
}

/// A parameter that a transform has in each block.
public struct AttentionTransformParameter: Hashable, Sendable {
  /// What `CheckpointNaming.Block.attentionParameters` gives a name for.
  public let id: String
  /// Its shape in a checkpoint.
  public let shape: TensorShape
  /// What its elements begin as before training.
  public let initial: Float

  /// States what a parameter is.
  public init(_ id: String, _ shape: TensorShape, initial: Float) {
    self.id = id
    self.shape = shape
    self.initial = initial
  }
}

/// What a transform works on, and with.
public struct AttentionTransformContext: Sendable {
  /// Which of the two factors of the scores is transformed.
  public enum Part: Hashable, Sendable {
    /// What asks.
    case queries
    /// What answers.
    case keys
  }

  /// Which of the two factors of the scores is transformed.
  public let part: Part
  /// Where the tokens come from.
  public let places: TokenPlaces
  /// The block's parameters, in the order in which the transform states them.
  public let parameters: [Tensor]
  /// What the arithmetic runs on.
  public let kernels: any Kernels

  /// Puts a context together.
  public init(part: Part, places: TokenPlaces, parameters: [Tensor], kernels: any Kernels) {
    self.part = part
    self.places = places
    self.parameters = parameters
    self.kernels = kernels
  }
}

/// Where the tokens of a pass come from: some before the patches, then patches of a grid, row by row.
public struct TokenPlaces: Hashable, Sendable {
  /// Tokens before the patches, which have no place on the grid.
  public let prefixCount: Int
  /// The patches of the input.
  public let grid: PatchGrid
  /// The patches that each image keeps, ascending and as many for each; nil where all are there.
  public let kept: [[Int]]?

  /// States where tokens come from.
  public init(prefixCount: Int, grid: PatchGrid, kept: [[Int]]? = nil) {
    self.prefixCount = prefixCount
    self.grid = grid
    self.kept = kept
  }

  /// Tokens of an image.
  public var tokenCount: Int { prefixCount + (kept?.first?.count ?? grid.count) }

  /// A table of `width` values for each token: [N, width] where all images have the same tokens, and [B·N, width] otherwise.
  ///
  /// - Parameters:
  ///   - width: values of a token.
  ///   - prefix: each value of a token before the patches.
  ///   - values: those of the patch at a row and a column.
  public func table(
    width: Int, prefix: Float, values: (_ row: Int, _ column: Int) -> [Float]
  ) -> Tensor {
    let whole = (0..<grid.count).map { values($0 / grid.columns, $0 % grid.columns) }
    let images = kept ?? [Array(whole.indices)]
    var elements: [Float] = []
    elements.reserveCapacity(images.count * tokenCount * width)
    for patches in images {
      elements += repeatElement(prefix, count: prefixCount * width)
      for patch in patches { elements += whole[patch] }
    }
    return Tensor([images.count * tokenCount, width], elements)
  }
}
