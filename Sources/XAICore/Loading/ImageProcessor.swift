import XAIFoundation
public import XAIImage
import XAIWeights

/// A class of image processors of `transformers` whose steps are those of ``XAIImage/Preprocessing``: what it does where a
/// configuration leaves a key out.
///
/// Classes that aren't here do something else, or the same in another order, and are refused by name. Values are those of
/// `transformers` 5.24, where each class states them as attributes.
struct ImageProcessor {
  /// What the class does without a configuration.
  let defaults: Preprocessing
  /// Whether a plain number as `size` means a square; otherwise the shorter side.
  let isSquareByDefault: Bool
  /// What the class does with `crop_pct`.
  let enlargement: Enlargement

  /// How a class makes an image larger than `size`, so that a crop leaves the share `crop_pct` of it.
  enum Enlargement {
    /// Not at all: it takes no notice of `crop_pct`.
    case none
    /// Below 384 pixels to ⌊size / crop_pct⌋ along the shorter side, of which a square of `size` is cropped; from there on it
    /// resizes to that square.
    case below384(standard: Double)
    /// Always, to ⌊size / crop_pct⌋ along the shorter side, or along both where they differ; `crop_size` decides the crop.
    case always(standard: Double)
  }

  /// The processors by the names of their classes.
  private static let known: [String: ImageProcessor] = {
    let square = Preprocessing(
      resize: .exact(height: 224, width: 224), filter: .bicubic, normalisation: .half)
    var bilinear = square
    bilinear.filter = .bilinear
    var cropped = square
    (cropped.resize, cropped.crop) = (
      .exact(height: 256, width: 256), Preprocessing.CentreCrop(height: 224, width: 224)
    )
    var shortest = square
    (shortest.resize, shortest.crop) = (
      .shortestEdge(224), Preprocessing.CentreCrop(height: 224, width: 224)
    )
    shortest.normalisation = .clip
    var (convolutional, pooling) = (square, shortest)
    convolutional.resize = .shortestEdge(384)
    pooling.normalisation = .imageNet
    var imageNet = bilinear
    imageNet.normalisation = .imageNet
    return [
      "ViTImageProcessor": ImageProcessor(defaults: bilinear, isSquareByDefault: true),
      "DeiTImageProcessor": ImageProcessor(defaults: cropped, isSquareByDefault: true),
      "BeitImageProcessor": ImageProcessor(defaults: square, isSquareByDefault: true),
      "DINOv3ViTImageProcessor": ImageProcessor(defaults: imageNet, isSquareByDefault: true),
      "SiglipImageProcessor": ImageProcessor(defaults: square, isSquareByDefault: false),
      "BitImageProcessor": ImageProcessor(defaults: shortest, isSquareByDefault: false),
      "CLIPImageProcessor": ImageProcessor(defaults: shortest, isSquareByDefault: false),
      "ConvNextImageProcessor": ImageProcessor(
        defaults: convolutional, isSquareByDefault: false, enlargement: .below384(standard: 224.0 / 256)),
      "PoolFormerImageProcessor": ImageProcessor(
        defaults: pooling, isSquareByDefault: false, enlargement: .always(standard: 0.9)),
    ]
  }()

  /// The class that `transformers` takes for a model whose processor's configuration names none, by `model_type`.
  private static let classOfModel = [
    "vit": "ViTImageProcessor", "vit_mae": "ViTImageProcessor", "vit_msn": "ViTImageProcessor",
    "deit": "DeiTImageProcessor", "beit": "BeitImageProcessor",
    "data2vec-vision": "BeitImageProcessor", "dinov2": "BitImageProcessor",
    "dinov2_with_registers": "BitImageProcessor", "dinov3_vit": "DINOv3ViTImageProcessor",
    "swin": "ViTImageProcessor", "swinv2": "ViTImageProcessor",
    "clip": "CLIPImageProcessor", "clip_vision_model": "CLIPImageProcessor", "siglip": "SiglipImageProcessor",
  ]

  private init(defaults: Preprocessing, isSquareByDefault: Bool, enlargement: Enlargement = .none) {
    self.defaults = defaults
    self.isSquareByDefault = isSquareByDefault
    self.enlargement = enlargement
  }

  /// The processor of a configuration.
  ///
  /// - Parameters:
  ///   - configuration: that of the processor.
  ///   - modelType: the model's `model_type`, which decides where the configuration names no class.
  ///   - fallback: what models of the family do, where neither is known.
  init(
    _ configuration: Configuration, modelType: String?, fallback: Preprocessing
  ) throws(ConfigurationError) {
    let key = "image_processor_type"
    let older = try configuration.optionalString("feature_extractor_type")
    guard let named = try configuration.optionalString(key) ?? older else {
      self =
        modelType.flatMap { Self.classOfModel[$0] }.flatMap { Self.known[$0] }
        ?? ImageProcessor(defaults: fallback, isSquareByDefault: true)
      return
    }
    guard let processor = Self.known[Self.plainName(named)] else {
      throw configuration.unsupported(
        key, value: "'\(named)'", supported: Self.known.keys.ordered(by: <).joined(separator: ", "))
    }
    self = processor
  }

  /// A class's name without what tells its implementation: `ViTImageProcessorFast` and `ViTFeatureExtractor` are one.
  private static func plainName(_ name: String) -> String {
    var name = name
    if name.hasSuffix("FeatureExtractor") {
      name = "\(name.dropLast("FeatureExtractor".count))ImageProcessor"
    }
    for suffix in ["Fast", "Pil"] where name.hasSuffix(suffix) { name.removeLast(suffix.count) }
    return name
  }
}

extension Preprocessing.Normalisation {
  /// The statistics that CLIP was trained with (Radford and others 2021, in the code that was published with it).
  public static let clip = Preprocessing.Normalisation(
    mean: [0.48145466, 0.4578275, 0.40821073], standardDeviation: [0.26862954, 0.26130258, 0.27577711])
}
