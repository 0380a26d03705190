import ArgumentParser
import XAICore
import XAIFoundation
import XAIImage
import XAIWeights

/// The classes that a model is given in place of its own.
struct GivenClassOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Classes for the model in place of its own: a .txt of one text (for CLIP and SigLIP) or name a line, a .npy or .safetensors of class vectors, or a folder of images.",
      valueName: "path"), completion: .file())
  var classesFrom: String?

  @Option(
    help: ArgumentHelp(
      "A sentence with {} in the place of a class's text, for classes that are texts; may be repeated, and the class is then their mean.",
      valueName: "sentence"))
  var template: [String] = []

  /// The classes; nil for the model's own.
  ///
  /// A model that is given no file has the classes that `targets` names: elements of its features, `feature:17`, or texts, where it
  /// reads them.
  ///
  /// - Parameter targets: what users wrote for `--target`.
  func source(for directory: ModelDirectory, registry: Registry, targets: [String]) throws -> ClassSource? {
    let readsTexts = try registry.readsTexts(directory)
    let source = try self.source(readsTexts: readsTexts, targets: targets)
    if case .texts? = source { return source }
    guard template.isEmpty else {
      throw Failure(
        .usage,
        readsTexts
          ? "--template is for classes that are texts; give them by --target, or as the lines of a .txt file by --classes-from."
          : "--template is for models that read texts, and \(directory.name) doesn't.")
    }
    return source
  }

  private func source(readsTexts: Bool, targets: [String]) throws -> ClassSource? {
    let features = try Self.features(among: targets)
    guard let path = classesFrom else {
      guard features.isEmpty else { return .features(features) }
      let texts = readsTexts ? Self.texts(among: targets) : []
      return texts.isEmpty ? nil : .texts(try ClassTexts(texts, templates: template))
    }
    guard features.isEmpty else {
      throw Failure(
        .usage,
        "\(ClassSource.label(ofFeature: features[0])) asks for an element of the features in place of classes, and "
          + "--classes-from gives some; leave out one of the two.")
    }
    switch FileSystem.kind(of: path) {
    case .folder?: return .images(try Self.images(in: path))
    case nil:
      throw Failure(.noInput, "there is no \(FileName.shown(path)). Check the path of --classes-from.")
    default: break
    }
    switch FileSystem.parts(ofName: FileSystem.name(of: path)).fileExtension {
    case "npy", "safetensors": return .vectors(try ClassVectors(contentsOf: path))
    case "txt":
      let lines: [String]
      do throws(ReadFailure) { lines = try ClassVectors.lines(ofFile: path) } catch {
        throw Failure(.noInput, "\(FileName.shown(path)) can't be read: \(error.reason).")
      }
      return readsTexts ? .texts(try ClassTexts(lines, templates: template)) : .names(lines)
    default:
      throw Failure(
        .usage,
        "--classes-from takes .txt, .npy and .safetensors files, and folders of images, not \(FileName.shown(path))."
      )
    }
  }

  /// The elements of the features that users wrote for classes, `feature:17`, each once.
  private static func features(among targets: [String]) throws(Failure) -> [Int] {
    var features: [Int] = []
    for target in targets where target.hasPrefix(ClassSource.featurePrefix) {
      let number = target.dropFirst(ClassSource.featurePrefix.count)
      guard let index = Int(number), index >= 0, String(index) == number else {
        throw Failure(
          .usage, "'\(target)' is no element of the features; write its number, from 0: feature:17.")
      }
      if !features.contains(index) { features.append(index) }
    }
    let isChosenByLogits: (String) -> Bool = { $0 == "predicted" || $0.hasPrefix("top:") }
    let other = targets.first { !$0.hasPrefix(ClassSource.featurePrefix) && !isChosenByLogits($0) }
    if let feature = features.first, let other {
      throw Failure(
        .usage,
        "\(ClassSource.label(ofFeature: feature)) is an element of the features and '\(other)' a class: ask about them in two runs."
      )
    }
    return features
  }

  /// What users wrote for classes that are neither numbers nor chosen by logits, each once.
  static func texts(among targets: [String]) -> [String] {
    var seen: Set<String> = []
    return targets.compactMap { target in
      if target == "predicted" || target.hasPrefix("top:") || target.hasPrefix("index:") || Int(target) != nil
      {
        return nil
      }
      let text = target.hasPrefix("name:") ? String(target.dropFirst(5)) : target
      return seen.insert(text).inserted ? text : nil
    }
  }

  /// A class for each image of a folder, or for each folder of images in it.
  private static func images(in folder: String) throws -> ClassImages {
    let entries: [FileSystem.Entry]
    do throws(ReadFailure) { entries = try FileSystem.entries(of: folder) } catch {
      throw Failure(.noInput, "\(FileName.shown(folder)): the folder can't be read: \(error.reason).")
    }
    let folders = entries.filter { FileSystem.kind(of: FileSystem.path(folder, $0.name)) == .folder }
    guard folders.isEmpty else {
      let images = try folders.map {
        try Self.images(ofFolder: FileSystem.path(folder, $0.name)).map(\.image)
      }
      return try ClassImages(images, names: folders.map(\.name))
    }
    let images = try Self.images(ofFolder: folder)
    return try ClassImages(images.map { [$0.image] }, names: images.map(\.name))
  }

  private static func images(ofFolder folder: String) throws -> [(name: String, image: RGBImage)] {
    try ImageFiles([folder], suffixLength: 0).files.map { file in
      let stem = FileSystem.parts(ofName: FileSystem.name(of: file.path)).stem
      return (stem, try RGBImage(contentsOf: file.path))
    }
  }
}
