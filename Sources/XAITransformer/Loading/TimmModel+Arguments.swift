import XAICore
import XAIFoundation
import XAIWeights

/// What `model_args` state is computed, seen in the tensors, of no effect, or refused by its name.
extension TimmModel {
  /// Arguments of timm's constructors that change no output of a model that is only evaluated, or that the tensors show.
  private static let harmless: Set = [
    "num_classes", "in_chans", "img_size", "global_pool", "num_heads", "act_layer", "norm_layer",
    "init_values",
    "no_embed_class", "pos_embed", "fc_norm", "final_norm", "proj_bias", "use_abs_pos_emb",
    "use_rel_pos_bias",
    "use_shared_rel_pos_bias", "mlp_ratio", "qkv_bias", "embed_dim", "depth", "patch_size", "class_token",
    "reg_tokens", "pre_norm", "qk_norm", "weight_init", "fix_init", "head_init_scale", "dynamic_img_size",
    "dynamic_img_pad", "strict_img_size", "drop_rate", "pos_drop_rate", "patch_drop_rate", "proj_drop_rate",
    "attn_drop_rate", "drop_path_rate", "pretrained_strict", "scale_attn_norm", "scale_attn_inner",
    "scale_mlp_norm", "scale_mlp", "attn_pool_num_heads", "attn_pool_mlp_ratio",
  ]

  /// Throws for arguments that aren't known, or that the tensors contradict.
  func checkArguments(patch: [Int], width: Int) throws {
    guard case .object(let arguments)? = config.optionalValue("model_args") else {
      return try checkPatch(patch, width: width)
    }
    for (key, value) in arguments.ordered(by: { $0.key < $1.key }) where !Self.harmless.contains(key) {
      if [.null, .boolean(false), .string("")].contains(value)
        || (key == "attn_layer" && value == .string("attn"))
      {
        continue
      }
      throw unsupported("model_args.\(key)", "set", "models that leave it out")
    }
    try check("embed_dim", width, config.optionalInteger("model_args.embed_dim"))
    try check("depth", depth, config.optionalInteger("model_args.depth"))
    try check("reg_tokens", prefix.count { $0 == .register }, config.optionalInteger("model_args.reg_tokens"))
    try check(
      "patch_size", patch, config.optionalIntegerPair("model_args.patch_size").map { [$0.height, $0.width] })
    let seen = [
      ("qk_norm", isParallel ? "blocks.0.q_norm.weight" : "blocks.0.attn.q_norm.weight"),
      ("pre_norm", "norm_pre.weight"),
      ("class_token", "cls_token"),
      ("use_abs_pos_emb", "pos_embed"), ("fc_norm", "fc_norm.weight"),
      ("scale_attn_norm", "blocks.0.attn.norm.weight"), ("scale_attn_inner", "blocks.0.attn.norm.weight"),
      ("scale_mlp_norm", "blocks.0.mlp.norm.weight"), ("scale_mlp", "blocks.0.mlp.norm.weight"),
    ]
    for (key, tensor) in seen {
      guard let stated = try config.optionalBool("model_args.\(key)"), stated != has(tensor) else { continue }
      throw contradiction(
        "model_args.\(key) is \(stated), and the weights have \(has(tensor) ? "a" : "no") '\(tensor)'")
    }
    if let stated = try config.optionalBool("model_args.qkv_bias"), stated != (qkvBias != .none) {
      throw contradiction(
        "model_args.qkv_bias is \(stated), and the weights have \(stated ? "no bias" : "a bias") of queries")
    }
    try checkPatch(patch, width: width)
  }

  private func check<Value: Equatable>(_ key: String, _ seen: Value, _ stated: Value?) throws {
    guard let stated, stated != seen else { return }
    throw contradiction("model_args.\(key) is \(stated), and the weights have \(seen)")
  }

  /// timm resamples a patch projection of another size than the name implies to the name's, which isn't done here.
  private func checkPatch(_ patch: [Int], width: Int) throws {
    guard let architecture, !isStated(["patch_size"]), let own = architecture.integers("patch"), own != patch,
      architecture.integer("width") == width, architecture.integer("depth") == depth
    else { return }
    throw contradiction(
      "'\(name)' has patches of \(own[0])×\(own[1]), and the weights have \(patch[0])×\(patch[1]), which timm would "
        + "resample; state \"model_args\": {\"patch_size\": \(patch[0] == patch[1] ? "\(patch[0])" : "\(patch)")} if they "
        + "are meant as they are")
  }
}
