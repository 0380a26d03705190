public import XAICore
public import XAIFoundation
import XAIImage
public import XAITensor
import XAITowers
import XAITransformer
public import XAIWeights

/// CLIP, an image tower that was trained together with a text tower (Radford and others 2021, arXiv 2103.00020).
///
/// logits = scale · cos(P·f, v), f the class token's features behind the last norm, P the tower's projection and v the vector of
/// a class, such as that of a text. Without classes the model is a backbone; `CLIPForImageClassification` has a linear classifier.
public enum CLIP: ModelArchitecture {
  public static let descriptor = ArchitectureDescriptor(
    id: "clip", title: "CLIP",
    summary: "Image towers of CLIP and OpenCLIP, whose classes are texts, vectors or other images",
    huggingFaceClasses: [
      "CLIPModel", "CLIPVisionModelWithProjection", "CLIPVisionModel", ImageTower.classifierClass,
    ],
    timmNames: ["vit_*_clip_*"], capabilities: VisionTransformer.capabilities,
    classes: [.texts, .vectors, .images, .classifier],
    leftOut: "attention pooling, text towers of other kinds, and a bias of the logits",
    citation: Citation(
      authors: "Radford et al.",
      title: "Learning Transferable Visual Models From Natural Language Supervision", venue: "ICML",
      year: 2021, identifier: "arXiv:2103.00020"))

  /// Whether the configuration is one of Hugging Face's classes, OpenCLIP's, or a timm `vit_*_clip_*`.
  public static func matches(_ directory: ModelDirectory) -> Bool {
    directory.isModel(
      types: ["clip", "clip_vision_model", "open_clip"], classes: descriptor.huggingFaceClasses
    ) { name in
      name.hasPrefix("vit_") && name.contains("_clip_")
    }
  }

  /// Loads an image tower with the classes of the request, a backbone where it has none, or the checkpoint's classifier.
  public static func load(_ directory: ModelDirectory, _ request: LoadRequest) throws -> any Model {
    try request.checkOptions(family: descriptor.id)
    let weights = try directory.weights()
    var (request, notes) = (request, [String]())
    if case .texts(let texts) = request.classes {
      let tower = try TextTower(directory, weights, of: .clip, on: request.kernels)
      let read = try tower.vectors(of: texts)
      (request.classes, notes) = (.vectors(read.vectors), read.notes)
      if texts.names.count == 1 {
        notes.append(
          "its only class is a text, whose probability is 1 whatever an image shows: see its logit")
      }
    }
    var tower = try ImageTower(directory, weights, request.classes)
    tower.configuration.assumptions += notes
    return try VisionTransformer(
      loading: directory, architecture: descriptor.id, configuration: tower.configuration, weights: weights,
      naming: tower.naming, ignoring: ImageTower.ignoredTensors, preprocessing: preprocessing, request)
  }

  /// Whether there are a text tower and a tokenizer.
  public static func readsTexts(_ directory: ModelDirectory) -> Bool {
    TextTower.isThere(directory, of: .clip)
  }

  /// Makes an untrained model of a `CLIPForImageClassification`; the other classes have no classifier to be trained.
  public static func makeUntrained(
    _ directory: ModelDirectory, labels: [String], random: inout SeededRandom, on kernels: any Kernels
  ) throws -> any TrainableModel {
    try directory.checkIsTrainable(classifier: ImageTower.classifierClass, type: "clip")
    let tower = try ImageTower(huggingFace: directory.config, isClassifier: true)
    return try VisionTransformer(
      untrained: directory, architecture: descriptor.id, configuration: tower.configuration,
      naming: tower.naming, preprocessing: preprocessing, labels: labels, random: &random, on: kernels)
  }

  /// The image processor of CLIP: bicubic, the shorter side to 224, the middle 224 × 224, CLIP's mean and deviation.
  static let preprocessing = Preprocessing(
    resize: .shortestEdge(224), filter: .bicubic,
    crop: Preprocessing.CentreCrop(height: 224, width: 224), normalisation: .clip)
}
