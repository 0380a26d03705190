import Testing
import XAIFoundation
import XAITensor

@testable import XAIWeights

/// Real checkpoints against what Python reads from them (safetensors 0.8.0, PyTorch 2.15.0).
@Suite(.enabled(if: dataFolder != nil, "set XAI_DATA to the folder of models to run these"))
struct RealModelTests {
  private struct Known {
    let name: String
    let shape: TensorShape
    let firstBits: [Int32]
    let sum: Double
  }

  private func check(_ store: WeightStore, _ known: [Known]) throws {
    for known in known {
      #expect(store[known.name]?.type == .float32)
      let tensor = try store.tensor(known.name)
      #expect(tensor.shape == known.shape)
      #expect(tensor.elements.prefix(3).map { Int32(bitPattern: $0.bitPattern) } == known.firstBits)
      // Sums of up to 200,000 doubles in another order than NumPy's.
      let sum = tensor.elements.reduce(0.0) { $0 + Double($1) }
      #expect(abs(sum - known.sum) < 1e-9)
    }
  }

  @Test func huggingFaceViT() throws {
    let model = try ModelDirectory("\(dataFolder ?? "")/models/vit-tiny-patch16-224")
    #expect(model.format == .huggingFace)
    #expect(try model.config.integer("hidden_size") == 192)
    #expect(try model.config.optionalLabels()?.count == 1000)
    #expect(model.imageProcessor?.file.hasSuffix("/preprocessor_config.json") == true)
    let store = try model.weights()
    #expect(store.tensors.count == 200)
    try check(
      store,
      [
        Known(
          name: "classifier.weight", shape: [1000, 192],
          firstBits: [-1_111_100_610, -1_145_715_054, 1_004_485_586],
          sum: 0.4802287567482466),
        Known(
          name: "vit.embeddings.cls_token", shape: [1, 1, 192],
          firstBits: [-1_095_360_213, -1_122_357_163, -1_114_448_124], sum: 4.1173152544070035),
        Known(
          name: "vit.layernorm.bias", shape: [192],
          firstBits: [1_077_190_935, 1_063_248_916, -1_094_719_649],
          sum: 28.621876960154623),
      ])
  }

  @Test func timmDeiT() throws {
    let model = try ModelDirectory("\(dataFolder ?? "")/models/deit_tiny_patch16_224.timm")
    #expect(model.format == .timm)
    #expect(try model.config.integers("pretrained_cfg.input_size") == [3, 224, 224])
    let store = try model.weights()
    #expect(store.tensors.count == 152)
    try check(
      store,
      [
        Known(
          name: "blocks.0.attn.qkv.bias", shape: [576],
          firstBits: [999_686_732, 1_023_669_256, 1_067_896_505],
          sum: 3.54077036549279),
        Known(
          name: "pos_embed", shape: [1, 197, 192],
          firstBits: [1_018_260_205, -1_128_053_546, -1_086_826_780],
          sum: 42.16731355548404),
      ])
  }

  @Test(arguments: ["vit-tiny-patch16-224", "deit_tiny_patch16_224.timm"])
  func everyTensorLiesInTheMapping(name: String) throws {
    let file = try SafetensorsFile(path: "\(dataFolder ?? "")/models/\(name)/model.safetensors")
    let start = UInt(bitPattern: file.contents.withBytes { $0.baseAddress })
    for stored in file.tensors {
      let address = try file.tensor(stored.name).withElements { UInt(bitPattern: $0.baseAddress) }
      #expect(address == start + UInt(stored.byteRange.lowerBound))
    }
  }
}
