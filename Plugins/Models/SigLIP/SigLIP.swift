public import XAICore
public import XAIFoundation
import XAIImage
public import XAITensor
import XAITowers
import XAITransformer
public import XAIWeights

/// SigLIP and SigLIP 2, image towers that were trained with a text tower by a sigmoid for each pair (Zhai and others 2023, arXiv
/// 2303.15343; Tschannen and others 2025, arXiv 2502.14786).
///
/// logit_c = scale · cos(f, v_c) + bias, f what an attention pooling makes of the patches, and v_c the vector of a class, such as
/// that of a text; its probability is the sigmoid of its logit. Without classes the model is a backbone;
/// `SiglipForImageClassification` has a linear classifier on the mean of the patches.
public enum SigLIP: ModelArchitecture {
  public static let descriptor = ArchitectureDescriptor(
    id: "siglip", title: "SigLIP",
    summary:
      "Image towers of SigLIP and SigLIP 2 with attention pooling, whose classes are texts, vectors or images",
    huggingFaceClasses: ["SiglipModel", "SiglipVisionModel", ImageTower.classifierClass],
    timmNames: ["vit_*_siglip_*"], capabilities: VisionTransformer.capabilities,
    classes: [.texts, .vectors, .images, .classifier],
    leftOut: "grids that follow the shape of each image (NaFlex)",
    citation: Citation(
      authors: "Zhai et al.", title: "Sigmoid Loss for Language Image Pre-Training", venue: "ICCV",
      year: 2023, identifier: "arXiv:2303.15343"))

  /// Whether the configuration is one of Hugging Face's classes, of OpenCLIP's with a SigLIP of timm's, or a timm
  /// `vit_*_siglip_*`.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    if directory.format == .openCLIP {
      let name = try? directory.config.optionalString("model_cfg.vision_cfg.timm_model_name")
      return name.map(isSigLIP) ?? false
    }
    return directory.isModel(
      types: ["siglip", "siglip_vision_model", "siglip2", "siglip2_vision_model"],
      classes: descriptor.huggingFaceClasses + ImageTower.variableGridClasses
    ) { isSigLIP($0) }
  }

  /// Whether a name of timm's is that of a SigLIP.
  private static func isSigLIP(_ name: String) -> Bool { name.hasPrefix("vit_") && name.contains("_siglip_") }

  /// Loads an image tower with the classes of the request, a backbone where it has none, or the checkpoint's classifier.
  public static func load(_ directory: ModelDirectory, _ request: LoadRequest) throws -> any Model {
    try request.checkOptions(family: descriptor.id)
    let weights = try directory.weights()
    var tower = try ImageTower(directory, weights)
    var request = request
    if case .texts(let texts) = request.classes {
      let read = try TextTower(directory, weights, of: .sigLIP, on: request.kernels).vectors(of: texts)
      request.classes = .vectors(read.vectors)
      tower.configuration.assumptions += read.notes
    }
    if request.classes != nil { try tower.readScale(request.classes) }
    return try VisionTransformer(
      loading: directory, architecture: descriptor.id, configuration: tower.configuration,
      weights: tower.weights, naming: tower.naming, ignoring: ImageTower.ignoredTensors,
      preprocessing: preprocessing, request)
  }

  /// Whether there are a text tower and a tokenizer.
  public static func readsTexts(_ directory: ModelDirectory) -> Bool {
    TextTower.isThere(directory, of: .sigLIP)
  }

  /// Makes an untrained model of a `SiglipForImageClassification`; the other classes have no classifier to be trained.
  public static func makeUntrained(
    _ directory: ModelDirectory, labels: [String], random: inout SeededRandom, on kernels: any Kernels
  ) throws -> any TrainableModel {
    try directory.checkIsTrainable(classifier: ImageTower.classifierClass, type: "siglip")
    let tower = try ImageTower.huggingFace(directory.config, isClassifier: true, isBare: false)
    return try VisionTransformer(
      untrained: directory, architecture: descriptor.id, configuration: tower.configuration,
      naming: tower.naming, preprocessing: preprocessing, labels: labels, random: &random, on: kernels)
  }

  /// The image processor of SigLIP: bicubic to exactly 224 × 224, mean and standard deviation 0.5.
  static let preprocessing = Preprocessing(
    resize: .exact(height: 224, width: 224), filter: .bicubic, normalisation: .half)
}
