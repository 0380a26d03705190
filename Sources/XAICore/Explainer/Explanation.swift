import XAIFoundation
public import XAIImage
public import XAITensor

/// Several explainers on several images: one forward pass serves them all.
public struct Explanation: Sendable {
  /// What the images are called, in the order of the batch; "0", "1", … where they were given without names.
  public let images: [String]
  /// The explainers as users write them, shortest, in the order in which they were given.
  public let explainers: [String]
  /// The logits of the batch, [B, classes].
  public let logits: Tensor
  /// The classes that were asked about.
  public let targets: Targets
  /// One attribution per explainer, image and target: `attributions[explainer][image][target]`.
  public let attributions: [[[Attribution]]]
  /// The labels of the model's classes.
  private let labels: [String]

  /// Explains a batch of preprocessed images [B, 3, H, W].
  ///
  /// - Throws: before any arithmetic, when an explainer does not fit the model; when logits are not finite; and what the first
  ///   explainer that fails throws.
  public init(
    of input: Tensor, targets selection: TargetSelection = .predicted, by explainers: [any Explainer],
    using model: any Model
  ) throws {
    try self.init(
      of: input, named: (0..<(input.shape.extents.first ?? 0)).map(String.init), targets: selection,
      by: explainers, using: model)
  }

  /// Explains photographs, which are resized, cropped and normalised as the model wants them.
  ///
  /// - Throws: as for a batch; `TensorError` where the model takes inputs of any size and images become inputs of different ones.
  public init(
    of images: NamedImages, targets selection: TargetSelection = .predicted,
    by explainers: [any Explainer], using model: any Model
  ) throws {
    if let name = images.repeatedName { throw ExplanationError.repeated(image: name) }
    try self.init(
      of: model.descriptor.preprocessing.tensor(from: images.images), named: images.names,
      targets: selection, by: explainers, using: model)
  }

  private init(
    of input: Tensor, named images: [String], targets selection: TargetSelection,
    by explainers: [any Explainer], using model: any Model
  ) throws {
    let attempt = try ExplanationAttempt(
      of: input, named: images, targets: selection, by: explainers, using: model)
    (self.images, self.explainers) = (images, explainers.map(\.specification))
    (logits, targets, labels) = (attempt.logits, attempt.targets, model.descriptor.labels)
    attributions = try zip(explainers, attempt.results).map { explainer, result in
      try OptionError.naming(explainer.descriptor.id) { try result.get() }
    }
  }
}

extension Explanation {
  /// The map of an explainer that is called so, as `gmar` or `gmar:norm=l2`; by its id, or the name in its options, where only one
  /// has it.
  ///
  /// - Parameters:
  ///   - explainer: what it is called.
  ///   - image: what the image is called; not needed where there is one.
  ///   - target: a class, by anything that ``TargetSelection/init(parsing:)`` reads as one; not needed where each image is asked
  ///     about one.
  /// - Throws: `ExplanationError` for what isn't there or may be several, with what there is; `TargetError` for what is no class.
  public subscript(explainer: String, image image: String? = nil, target target: String? = nil) -> Attribution
  {
    get throws {
      let own = explainers.indices.filter { explainers[$0] == explainer }
      let kin = explainers.indices.filter { Specification.text(explainers[$0], isCalled: explainer) }
      return try attribution(own.isEmpty ? kin : own, called: explainer, image: image, target: target)
    }
  }

  /// The map of the only explainer of a type.
  ///
  /// - Parameters:
  ///   - type: the explainer's.
  ///   - image: as for a name.
  ///   - target: as for a name.
  /// - Throws: as for a name.
  public subscript<E: Explainer>(type: E.Type, image image: String? = nil, target target: String? = nil)
    -> Attribution
  {
    get throws {
      let id = E.descriptor.id
      let own = explainers.indices.filter { explainers[$0] == id || explainers[$0].hasPrefix("\(id):") }
      return try attribution(own, called: id, image: image, target: target)
    }
  }

  private func attribution(
    _ found: [Int], called explainer: String, image: String?, target: String?
  ) throws -> Attribution {
    guard let index = found.first else { throw ExplanationError.noExplainer(explainer, known: explainers) }
    guard found.count == 1 else {
      throw ExplanationError.severalExplainers(explainer, known: found.map { explainers[$0] })
    }
    guard let place = image.map({ images.firstIndex(of: $0) }) ?? (images.count == 1 ? 0 : nil) else {
      throw image.map { ExplanationError.noImage($0, known: images) } ?? .severalImages(known: images)
    }
    let maps = attributions[index][place]
    guard let target else {
      guard maps.count == 1 else {
        throw ExplanationError.severalTargets(known: maps.map { $0.label ?? "\($0.classIndex)" })
      }
      return maps[0]
    }
    let known = maps.map { $0.label ?? "\($0.classIndex)" }
    guard case .classes(let indices) = try TargetSelection(parsing: target).reading(labels: labels).selection,
      let map = maps.first(where: { $0.classIndex == indices.first })
    else { throw ExplanationError.noTarget(target, known: known) }
    return map
  }
}

extension Explanation: CustomStringConvertible {
  /// The explainers, and how many images and maps there are.
  public var description: String {
    let maps = attributions.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } }
    return "\(counted(maps, "map")) of \(counted(images.count, "image")) by "
      + explainers.joined(separator: ", ")
  }
}

/// What an explanation was asked for and doesn't have.
public enum ExplanationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Two images have the same name.
  case repeated(image: String)
  /// No explainer is called so.
  case noExplainer(String, known: [String])
  /// Several explainers may be meant.
  case severalExplainers(String, known: [String])
  /// No image is called so.
  case noImage(String, known: [String])
  /// There are several images, and none was named.
  case severalImages(known: [String])
  /// The image was not asked about this class.
  case noTarget(String, known: [String])
  /// The image was asked about several classes, and none was named.
  case severalTargets(known: [String])

  public var description: String {
    switch self {
    case .repeated(let image): "two images are called '\(image)'; give each a name of its own"
    case .noExplainer(let name, let known):
      "there is no map by '\(name)'\(suggestion(for: name, among: known)); there are maps by \(Self.list(known))"
    case .severalExplainers(let name, let known):
      "'\(name)' may be any of \(Self.list(known)); write one of them"
    case .noImage(let name, let known):
      "there is no image '\(name)'\(suggestion(for: name, among: known)); there are \(Self.list(known))"
    case .severalImages(let known): "there are several images: name one of \(Self.list(known))"
    case .noTarget(let name, let known):
      "the image was not asked about '\(name)'; it was asked about \(Self.list(known))"
    case .severalTargets(let known):
      "the image was asked about several classes: name one of \(Self.list(known))"
    }
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …, \(names.count) in all" : "")
  }
}

extension Explainer {
  /// Explains a photograph, which is resized, cropped and normalised as the model wants it.
  ///
  /// - Parameters:
  ///   - image: at any size.
  ///   - target: one class; by default the predicted one.
  ///   - model: the model to explain.
  /// - Throws: as `Explanation`, and `ExplanationError.severalTargets` for more than one class.
  public func explain(
    _ image: RGBImage, target: TargetSelection = .predicted, using model: any Model
  ) throws -> Attribution {
    try Explanation(of: ["image": image], targets: target, by: [self], using: model)[Self.self]
  }

  /// Explains a batch of preprocessed images in one forward pass.
  ///
  /// - Parameters:
  ///   - input: [B, 3, H, W].
  ///   - selection: the classes that are asked about; by default the predicted one.
  ///   - model: the model to explain.
  /// - Returns: one attribution per image and target: `result[image][target]`.
  public func explain(
    _ input: Tensor, targets selection: TargetSelection = .predicted, using model: any Model
  ) throws -> [[Attribution]] {
    try Explanation(of: input, targets: selection, by: [self], using: model).attributions[0]
  }
}

/// What came of several explainers on one batch, where one that fails loses its own maps alone.
package struct ExplanationAttempt: Sendable {
  /// The logits of the batch, [B, classes].
  package let logits: Tensor
  /// The classes that were asked about.
  package let targets: Targets
  /// The maps of each explainer, one per image and target, or why there are none: `results[explainer]`.
  package let results: [Result<[[Attribution]], any Error>]

  /// Explains a batch of preprocessed images [B, 3, H, W].
  ///
  /// - Parameter images: what they are called, one name each.
  /// - Throws: before any arithmetic, when an explainer does not fit the model; what the model throws; and
  ///   `CancellationError` where an explainer was stopped.
  package init(
    of input: Tensor, named images: [String] = [], targets selection: TargetSelection = .predicted,
    by explainers: [any Explainer], using model: any Model
  ) throws {
    try model.checkIsBatch(input)
    let seen = try model.descriptor(seeing: (height: input.shape[2], width: input.shape[3]))
    for explainer in explainers { try explainer.check(fits: seen) }
    let recording = try explainers.reduce(Recording()) { try $0.union($1.recording(for: seen)) }
    var trace = try model.forward(input, recording: recording)
    trace.images = images
    let logits = try model.finite(trace.logits, of: input)
    let targets = try selection.resolve(logits: logits, labels: model.descriptor.labels)
    self.logits = logits
    self.targets = targets
    let asked = AskedClasses(targets, logits: logits, of: model.descriptor)
    self.results = try explainers.map { explainer in
      do {
        return .success(
          asked.naming(try explainer.maps(of: trace, targets: targets, using: model)))
      } catch let error as CancellationError {
        throw error
      } catch {
        return .failure(error)
      }
    }
  }
}

extension Model {
  /// What the model is for inputs of a size: explainers are checked by it, as options may count patches.
  ///
  /// - Parameter size: nil where it takes inputs of any size.
  package func descriptor(seeing size: (height: Int, width: Int)?) throws -> ModelDescriptor {
    guard let size, descriptor.preprocessing.inputSize.map({ $0 != size }) ?? true else { return descriptor }
    var seen = descriptor
    seen.preprocessing = seen.preprocessing.withInputSize(height: size.height, width: size.width)
    seen.layout = try layout(height: size.height, width: size.width)
    return seen
  }
}

/// What the model calls the classes that were asked about, and the probabilities that it gives them.
private struct AskedClasses {
  private let names: [[(label: String?, probability: Float?)]]

  init(_ targets: Targets, logits: Tensor, of model: ModelDescriptor) {
    let rows = logits.onHost("logits")
    names = targets.classes.enumerated().map { image, classes in
      let row = rows[image].elements
      let probabilities = Probabilities<Float>(of: row, meaning: model.output)
      return classes.map { index in
        guard row.indices.contains(index) else { return (nil, nil) }
        let label = model.labels.indices.contains(index) ? model.labels[index] : nil
        return (label, probabilities?.probability(ofLogit: row[index]))
      }
    }
  }

  /// The same maps with both.
  func naming(_ maps: [[Attribution]]) -> [[Attribution]] {
    zip(maps, names).map { maps, names in
      zip(maps, names).map { map, name in
        var map = map
        (map.label, map.probability) = name
        return map
      }
    }
  }
}
