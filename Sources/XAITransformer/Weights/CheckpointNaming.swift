public import XAICore
public import XAITensor

/// What a checkpoint calls the parameters of a vision transformer; linear layers and norms by the name of the whole.
public struct CheckpointNaming: Sendable {
  /// The names of biases that are tensors of their own.
  public struct SeparateBiases: Hashable, Sendable {
    /// The bias of queries.
    public var query: String
    /// The bias of values.
    public var value: String

    /// Names both.
    public init(query: String, value: String) {
      self.query = query
      self.value = value
    }
  }

  /// A tensor that the library's class has and that nothing is made of.
  public struct UnreadTensor: Sendable {
    /// Its name.
    public let name: String
    /// Its shape.
    public let shape: TensorShape

    /// States both.
    public init(_ name: String, _ shape: TensorShape) {
      self.name = name
      self.shape = shape
    }
  }

  /// The names of one block.
  public struct Block: Hashable, Sendable {
    /// The layer norm before the attention.
    public var firstNorm: String
    /// One linear layer for queries, keys and values together, or three.
    public var queryKeyValue: [String]
    /// The linear layer after the heads are concatenated.
    public var projection: String
    /// The layer norm before the MLP.
    public var secondNorm: String
    /// The MLP's first linear layer, or that for the values where the gate has its own.
    public var expansion: String
    /// The MLP's second linear layer.
    public var contraction: String
    /// The biases of queries and values, where one layer for all three has them apart and keys have none.
    public var separateBiases: SeparateBiases?
    /// The factors of what the attention adds, where there is layer scale.
    public var firstScale: String?
    /// The factors of what the MLP adds, where there is layer scale.
    public var secondScale: String?
    /// The block's own table of relative position bias, where it has one.
    public var positionBias: String?
    /// The block's own MLP that makes such a table, where it has one: its layers are `fc1` and `fc2`.
    public var positionMLP: String?
    /// One linear layer for the MLP's hidden elements and behind them queries, keys and values, where a parallel block has it;
    /// `queryKeyValue` and `expansion` are then not there.
    public var joint: String?
    /// The linear layer for the gate of a gated MLP, where it isn't one with that for the values.
    public var gate: String?
    /// The layer norm of the heads' outputs before their projection, where there is one.
    public var headNorm = ""
    /// The layer norm before the MLP's second linear layer, where there is one.
    public var mlpNorm = ""
    /// The parameters of `VisionTransformerConfiguration.attentionTransforms`, by the ids that the transforms give them.
    public var attentionParameters: [String: String] = [:]

    /// The name of a transform's parameter; traps where none is given.
    func attentionParameter(_ id: String) -> String {
      guard let name = attentionParameters[id] else {
        fatalError("CheckpointNaming.Block.attentionParameters has no name for '\(id)'")
      }
      return name
    }

    /// Names the parameters of one block.
    public init(
      firstNorm: String, queryKeyValue: [String], projection: String, secondNorm: String, expansion: String,
      contraction: String
    ) {
      self.firstNorm = firstNorm
      self.queryKeyValue = queryKeyValue
      self.projection = projection
      self.secondNorm = secondNorm
      self.expansion = expansion
      self.contraction = contraction
    }
  }

  /// How the tensors of prefix tokens and of position embeddings are shaped.
  public enum TokenTensors: Hashable, Sendable {
    /// [1, tokens, width].
    case batched
    /// [tokens, width], and a prefix token alone [width].
    case plain
  }

  /// The patch projection.
  public var patch: String
  /// The tensors of the prefix tokens.
  public var prefix: [TokenLayout.PrefixToken: String]
  /// The token that stood for masked patches in pretraining, where the library's class has one; nothing is made of it.
  public var maskToken: UnreadTensor?
  /// Others that the library's class has and that nothing is made of.
  public var unread: [UnreadTensor] = []
  /// The position embeddings.
  public var positions: String
  /// How the tensors of prefix tokens and of position embeddings are shaped.
  public var tokenTensors = TokenTensors.batched
  /// The layer norm before the first block, where there is one.
  public var embeddingNorm = "norm_pre"
  /// The `model_type` of configurations whose weights have these names, where they are Hugging Face's.
  public var modelType: String?
  /// The library's class of these names with a classifier, which a backbone that gets one is written as; nil where the
  /// configuration may stay as it is.
  public var classifierClass: String?
  /// The table of relative position bias that all blocks share, where there is one.
  public var positionBias: String?
  /// The MLP that makes such a table, where there is one: its layers are `fc1` and `fc2`.
  public var positionMLP: String?
  /// The ids of transforms' parameters that one tensor holds for all blocks, along its second dimension: each block gives
  /// the same name for them.
  public var stackedParameters: Set<String> = []
  /// The names of a block, by its index.
  public var block: @Sendable (Int) -> Block
  /// The last layer norm.
  public var finalNorm: String
  /// The probe of an attention pooling, where there is one: [1, 1, width].
  public var probe = "probe"
  /// The names of an attention pooling, where there is one; its first norm is the last layer norm.
  public var pooling: Block?
  /// The classification heads, the class token's first; class vectors are the weight of the first.
  public var heads: [String]
  /// The linear layer from features to the space of class vectors, where there is one.
  public var projection = "projection"
  /// Whether that layer's matrix is [features, elements of a vector] and not the reverse.
  public var isProjectionTransposed = false
  /// Why the library couldn't read a model of these names with a classifier, after "it"; nil where it can.
  public var reasonAgainstClassifier: String?
  /// The tensor that holds a parameter of a linear layer or norm, by the name of the layer or norm.
  public var tensor: @Sendable (_ owner: String, _ parameter: Parameter) -> String

  /// What a linear layer or a norm consists of.
  public enum Parameter: String, Hashable, Sendable {
    /// The matrix of a linear layer, the scale of a norm.
    case weight
    /// What is added.
    case bias
  }

  /// Names the parameters of a vision transformer; `tensor` says otherwise where they are not `owner.weight` and
  /// `owner.bias`.
  public init(
    patch: String, prefix: [TokenLayout.PrefixToken: String], positions: String,
    block: @escaping @Sendable (Int) -> Block, finalNorm: String, heads: [String],
    tensor: @escaping @Sendable (_ owner: String, _ parameter: Parameter) -> String = {
      "\($0).\($1.rawValue)"
    }
  ) {
    self.patch = patch
    self.prefix = prefix
    self.positions = positions
    self.block = block
    self.finalNorm = finalNorm
    self.heads = heads
    self.tensor = tensor
  }

  /// The names of `transformers`, under the root that is the `model_type`, such as `vit` or `deit`.
  public static func huggingFace(root: String, heads: [String] = ["classifier"]) -> CheckpointNaming {
    var naming = CheckpointNaming(
      patch: "\(root).embeddings.patch_embeddings.projection",
      prefix: [
        .classToken: "\(root).embeddings.cls_token", .distillation: "\(root).embeddings.distillation_token",
      ],
      positions: "\(root).embeddings.position_embeddings",
      block: { index in
        let layer = "\(root).encoder.layer.\(index)"
        return Block(
          firstNorm: "\(layer).layernorm_before",
          queryKeyValue: ["query", "key", "value"].map { "\(layer).attention.attention.\($0)" },
          projection: "\(layer).attention.output.dense", secondNorm: "\(layer).layernorm_after",
          expansion: "\(layer).intermediate.dense", contraction: "\(layer).output.dense")
      },
      finalNorm: "\(root).layernorm", heads: heads)
    naming.modelType = root
    return naming
  }

  /// The names of `timm`'s vision transformers.
  public static func timm(finalNorm: String = "norm", heads: [String] = ["head"]) -> CheckpointNaming {
    var naming = CheckpointNaming(
      patch: "patch_embed.proj",
      prefix: [.classToken: "cls_token", .distillation: "dist_token", .register: "reg_token"],
      positions: "pos_embed",
      block: { index in
        let block = "blocks.\(index)"
        var names = Block(
          firstNorm: "\(block).norm1", queryKeyValue: ["\(block).attn.qkv"], projection: "\(block).attn.proj",
          secondNorm: "\(block).norm2", expansion: "\(block).mlp.fc1", contraction: "\(block).mlp.fc2")
        (names.firstScale, names.secondScale) = ("\(block).ls1.gamma", "\(block).ls2.gamma")
        names.mlpNorm = "\(block).mlp.norm"
        names.headNorm = "\(block).attn.norm"
        for id in ["q_norm.weight", "q_norm.bias", "k_norm.weight", "k_norm.bias", "logit_scale"] {
          names.attentionParameters[id] = "\(block).attn.\(id)"
        }
        return names
      },
      finalNorm: finalNorm, heads: heads)
    naming.probe = "attn_pool.latent"
    naming.pooling = Block(
      firstNorm: finalNorm, queryKeyValue: ["attn_pool.q", "attn_pool.kv"], projection: "attn_pool.proj",
      secondNorm: "attn_pool.norm", expansion: "attn_pool.mlp.fc1", contraction: "attn_pool.mlp.fc2")
    return naming
  }

  /// The shape of an attention pooling's probe.
  func probeShape(width: Int) -> TensorShape { [1, 1, width] }

  /// The token of masked patches and what else nothing is made of.
  var allUnread: [UnreadTensor] { (maskToken.map { [$0] } ?? []) + unread }

  /// The names of an attention pooling; traps where none are given.
  var poolingBlock: Block {
    guard let pooling else { fatalError("CheckpointNaming.pooling has no names") }
    return pooling
  }

  /// The projection's matrix as the checkpoint has it from that of a linear layer, or the reverse.
  func arrangedProjection(_ matrix: Tensor) -> Tensor {
    guard isProjectionTransposed, matrix.shape.rank == 2 else { return matrix }
    return matrix.transposed(rows: matrix.shape[0], columns: matrix.shape[1])
  }

  /// The shape of a tensor of prefix tokens.
  func prefixShape(tokens: Int, width: Int) -> TensorShape {
    tokenTensors == .plain && tokens == 1 ? [width] : tokenShape(tokens: tokens, width: width)
  }

  /// The shape of the position embeddings.
  func tokenShape(tokens: Int, width: Int) -> TensorShape {
    tokenTensors == .plain ? [tokens, width] : [1, tokens, width]
  }

  /// The tensors that hold prefix tokens, with how many tokens each holds, in the order of the tokens.
  func prefixTensors(of tokens: [TokenLayout.PrefixToken]) -> [(name: String, tokens: Int)] {
    var tensors: [(name: String, tokens: Int)] = []
    for token in tokens {
      let name = prefix[token] ?? token.rawValue
      if let last = tensors.indices.last, tensors[last].name == name {
        tensors[last].tokens += 1
      } else {
        tensors.append((name: name, tokens: 1))
      }
    }
    return tensors
  }
}
