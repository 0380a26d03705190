import Testing

/// Configurations that contradict themselves, ask for what is not supported, or are hostile.
@Suite struct ConfigurationErrorTests {
  /// A change of a configuration, and what the error has to say.
  struct Case: Sendable, CustomTestStringConvertible {
    let key: String
    let json: String
    let parts: [String]

    var testDescription: String { "\(key) = \(json)" }

    var value: Any? {
      switch json {
      case "true": true
      case "null": nil
      default:
        if let integer = Int(json) {
          integer
        } else if let double = Double(json) {
          double
        } else if json.hasPrefix("[") {
          json.dropFirst().dropLast().split(separator: ",").compactMap { Int($0.drop { $0 == " " }) }
        } else {
          json
        }
      }
    }

    init(_ key: String, _ json: String, _ parts: String...) {
      (self.key, self.json, self.parts) = (key, json, parts)
    }
  }

  private func expectFailure(_ fixture: String, _ change: Case) throws {
    let model = try EditedModel(fixture).set([(change.key, change.value)])
    let failure = try #require(model.failure())
    for part in change.parts { #expect(failure.contains(part), "\(failure)") }
  }

  @Test("the unchanged models load", arguments: ["hf-vit", "hf-deit", "timm-vit", "timm-vit-registers"])
  func unchanged(_ name: String) throws {
    #expect(try EditedModel(name).failure() == nil)
  }

  @Test(
    "Hugging Face",
    arguments: [
      Case("num_attention_heads", "4", "config.json", "width 18", "4 heads", "multiple"),
      Case("num_attention_heads", "0", "number of heads is 0"),
      Case("num_attention_heads", "-3", "number of heads is -3"),
      Case("hidden_act", "quick_gelu", "config.json", "hidden_act", "quick_gelu", "'gelu'"),
      Case("hidden_act", "3", "hidden_act", "a string"),
      Case("num_channels", "1", "num_channels is 1", "supported: 3"),
      Case("hidden_size", "0", "width is 0"), Case("hidden_size", "1000000000", "width is 1000000000"),
      Case("hidden_size", "9223372036854775807", "width is 9223372036854775807"),
      Case("hidden_size", "wide", "hidden_size"),
      Case("num_hidden_layers", "1000000", "depth is 1000000"), Case("num_hidden_layers", "0", "depth is 0"),
      Case("intermediate_size", "99999999999", "MLP width is 99999999999"),
      Case("image_size", "-16", "image height is -16"),
      Case("image_size", "2", "2×2", "smaller than a patch"),
      Case("image_size", "4611686018427387904", "image height"), Case("patch_size", "0", "patch height is 0"),
      Case("image_size", "[16, 16, 16]", "image_size"), Case("layer_norm_eps", "0", "epsilon"),
      Case("layer_norm_eps", "1e300", "epsilon"), Case("layer_norm_eps", "-1", "epsilon"),
      Case("qkv_bias", "1", "qkv_bias", "true or false"),
    ])
  func huggingFace(_ change: Case) throws { try expectFailure("hf-vit", change) }

  @Test("a model type that no family loads is named, with the families that there are")
  func modelType() throws {
    let model = try EditedModel("hf-vit").set([("model_type", "bert"), ("architectures", nil)])
    let failure = try #require(model.failure())
    #expect(failure.contains("no plugin loads model_type bert"), "\(failure)")
    #expect(failure.contains("families of models are vit, deit"), "\(failure)")
    let masked = try EditedModel("hf-vit").set([("architectures", ["ViTForMaskedImageModeling"])])
    #expect(masked.failure()?.contains("ViTForMaskedImageModeling") == true)
    #expect(masked.failure()?.contains("ViTForImageClassification (vit)") == true)
  }

  @Test(
    "timm",
    arguments: [
      Case("model_args.init_values", "1e-05", "missing", "blocks.0.ls1.gamma"),
      Case("model_args.swiglu_mlp", "true", "config.json", "model_args.swiglu_mlp"),
      Case("model_args.qk_norm", "true", "model_args.qk_norm"),
      Case("model_args.pre_norm", "true", "pre_norm"),
      Case("model_args.act_layer", "relu", "act_layer"),
      Case("model_args.global_pool", "map", "global_pool", "'map'"),
      Case("model_args.global_pool", "max", "'max'", "'token', 'avg', 'avgmax' and 'map'"),
      Case("model_args.num_heads", "5", "width 18", "5 heads"),
      Case("model_args.num_heads", "0", "heads is 0"),
      Case("model_args.img_size", "[4611686018427387904, 4611686018427387904]", "image height"),
      Case("model_args.img_size", "[-16, 16]", "image height is -16"),
      Case("pretrained_cfg.input_size", "[16, 16]", "input_size"),
    ])
  func timm(_ change: Case) throws {
    var prepared = try EditedModel("timm-vit")
    // What `img_size` says goes before `input_size`.
    if change.key == "pretrained_cfg.input_size" { prepared = prepared.set([("model_args.img_size", nil)]) }
    let failure = try #require(prepared.set([(change.key, change.value)]).failure())
    for part in change.parts { #expect(failure.contains(part), "\(failure)") }
  }
}
