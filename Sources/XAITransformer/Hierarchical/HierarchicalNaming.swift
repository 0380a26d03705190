/// What a checkpoint calls the parameters of a transformer of stages; linear maps and norms by the name of the whole.
public struct HierarchicalNaming: Sendable {
  /// The names of what is before a stage.
  public struct Merge: Hashable, Sendable {
    /// The layer norm of neighbouring tokens.
    public var norm: String
    /// The linear map from them to one token.
    public var reduction: String

    /// Names both.
    public init(norm: String, reduction: String) {
      self.norm = norm
      self.reduction = reduction
    }
  }

  /// The patch projection.
  public var patch: String
  /// The layer norm behind it.
  public var patchNorm: String
  /// The position embeddings.
  public var positions: String
  /// The names of a block, by its stage and its index there.
  public var block: @Sendable (_ stage: Int, _ index: Int) -> CheckpointNaming.Block
  /// The names of what merges the tokens before a stage; the first has none.
  public var merge: @Sendable (_ stage: Int) -> Merge
  /// The last layer norm.
  public var finalNorm: String
  /// The classification head.
  public var head: String

  /// Names the parameters.
  public init(
    patch: String, patchNorm: String, positions: String,
    block: @escaping @Sendable (_ stage: Int, _ index: Int) -> CheckpointNaming.Block,
    merge: @escaping @Sendable (_ stage: Int) -> Merge, finalNorm: String, head: String
  ) {
    self.patch = patch
    self.patchNorm = patchNorm
    self.positions = positions
    self.block = block
    self.merge = merge
    self.finalNorm = finalNorm
    self.head = head
  }
}
