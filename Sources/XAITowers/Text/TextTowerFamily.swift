import XAITransformer
import XAIWeights

/// What tells the text towers of one family from those of another: a value for CLIP, and one for SigLIP.
package struct TextTowerFamily: Sendable {
  /// The sizes of `transformers` where a configuration leaves them out, and the choices that none states.
  var standard: TextTransformer.Configuration
  /// The elements of a text's vector by a configuration of `transformers` and the tower's width.
  var projectedWidth: @Sendable (_ whole: Configuration, _ width: Int) throws -> Int
  /// What `transformers` calls the projection: its tensor, or its linear layer where it has a bias.
  var projection: String
  /// The settings of OpenCLIP's `text_cfg` that don't change what is computed, or are computed.
  var openCLIPSettings: Set<String>
  /// Those that change it unless they are left out or have this value.
  var openCLIPUsual: [String: JSONValue]
  /// Those that have to have this value.
  var openCLIPRequired: [String: JSONValue]
  /// The tokenizer of a directory; nil where there is none.
  var tokenizer: @Sendable (ModelDirectory) throws -> (any TextTokenizer)?
  /// The files of which one has to be there.
  var fileNames: [String]
  /// What a message says is missing, all files of a tokenizer.
  var tokenizerFiles: String
}

extension TextTowerFamily {
  /// CLIP's (Radford and others 2021, arXiv 2103.00020, section 2.4): a token sees itself and those before it, and the one that
  /// ends the text is read.
  package static let clip = TextTowerFamily(
    standard: TextTransformer.Configuration(
      vocabularySize: 49408, contextLength: 77, width: 512, depth: 12, headCount: 8, mlpWidth: 2048,
      epsilon: 1e-5, mlp: .quickGELU, projectedWidth: 512),
    projectedWidth: { whole, _ in try whole.optionalInteger("projection_dim") ?? 512 },
    projection: "text_projection.weight",
    openCLIPSettings: [],
    openCLIPUsual: [
      "pool_type": .string("argmax"), "proj_type": .string("linear"), "hf_model_pretrained": .boolean(true),
      "hf_proj_type": .string("mlp"), "hf_pooler_type": .string("mean_pooler"),
    ],
    openCLIPRequired: [:],
    tokenizer: { directory in try WordTokenizer(directory: directory) },
    fileNames: ["tokenizer.json", "vocab.json"],
    tokenizerFiles: "tokenizer.json, and no vocab.json with merges.txt")

  /// SigLIP's and SigLIP 2's (Zhai and others 2023, arXiv 2303.15343; Tschannen and others 2025, arXiv 2502.14786): a token sees
  /// every other one, padding among them, and the last is read.
  package static let sigLIP = TextTowerFamily(
    standard: {
      var sizes = TextTransformer.Configuration(
        vocabularySize: 32000, contextLength: 64, width: 768, depth: 12, headCount: 12, mlpWidth: 3072,
        epsilon: 1e-6, mlp: .tanhGELU, projectedWidth: 768)
      (sizes.isCausal, sizes.hasProjectionBias) = (false, true)
      return sizes
    }(),
    projectedWidth: { whole, width in try whole.optionalInteger("text_config.projection_size") ?? width },
    projection: "text_model.head",
    openCLIPSettings: ["hf_tokenizer_name", "tokenizer_kwargs", "norm_kwargs", "act_kwargs"],
    openCLIPUsual: [:],
    openCLIPRequired: [
      "no_causal_mask": .boolean(true), "pool_type": .string("last"), "proj_bias": .boolean(true),
    ],
    tokenizer: { directory in
      try PieceTokenizer(directory: directory, isOpenCLIP: directory.format == .openCLIP)
    },
    fileNames: PieceTokenizer.files, tokenizerFiles: "tokenizer.json, and no spiece.model")
}
