public import XAICore
import XAIImage

/// Images that are in memory, as a data set of one split.
///
/// It is made in code alone: no text of the command stands for it.
public struct ImagesInMemory: Dataset {
  public static let descriptor = DatasetDescriptor(
    id: "images-in-memory", title: "Images in memory", summary: "Holds images that a program made or read",
    hasBoxes: true, hasMasks: true,
    citation: Citation(
      authors: "swift-xai", title: "Images in memory", venue: "swift-xai", year: 2026,
      identifier: "docs/evaluation.md"))

  /// What the only split is called.
  public static let splitName = "images"

  public let options = NoOptions()
  public let classes: [DatasetClass]
  private let samples: [(name: String, sample: Sample)]

  /// Holds images without classes, by names that tell them apart.
  ///
  /// - Throws: `DatasetError` where there are none, or two have the same name.
  public init(_ images: NamedImages) throws(DatasetError) {
    try self.init(
      zip(images.names, images.images).map { ($0, Sample(image: $1, label: nil)) }, classes: [])
  }

  /// Holds images with what is known about them.
  ///
  /// - Parameters:
  ///   - samples: the images, by names that tell them apart.
  ///   - classes: what the labels and the objects of samples are indices of.
  /// - Throws: `DatasetError` where there are none, two have the same name, or a class is none of `classes`.
  public init(_ samples: [(name: String, sample: Sample)], classes: [DatasetClass]) throws(DatasetError) {
    let id = Self.descriptor.id
    guard !samples.isEmpty else { throw .empty(place: id) }
    var known: Set<String> = []
    for (name, sample) in samples {
      guard known.insert(name).inserted else {
        throw .invalidOptions(
          dataset: id, reason: "two images are called '\(name)'; give each a name of its own")
      }
      for index in [sample.label].compactMap(\.self) + sample.objects.map(\.classIndex)
      where !classes.indices.contains(index) {
        throw .invalidOptions(
          dataset: id, reason: "'\(name)' is of class \(index), and there are \(classes.count)")
      }
    }
    (self.samples, self.classes) = (samples, classes)
  }

  /// Refuses: there are no images in options.
  public init(options: NoOptions) throws(DatasetError) { throw .empty(place: Self.descriptor.id) }

  public var hasObjects: Bool { samples.contains { !$0.sample.objects.isEmpty } }

  public var splitNames: [String] { [Self.splitName] }

  public func split(_ name: String) throws(DatasetError) -> DatasetSplit {
    guard name == Self.splitName else {
      throw .noSplit(name: name, dataset: Self.descriptor.id, known: splitNames)
    }
    return split
  }

  /// The only split.
  public var split: DatasetSplit {
    let samples = samples
    return DatasetSplit(
      name: Self.splitName, count: samples.count, identifier: { samples[$0].name },
      label: { samples[$0].sample.label }, sample: { samples[$0].sample })
  }
}

extension Evaluation {
  /// Puts together an evaluation of images in memory, by names that tell them apart.
  ///
  /// - Throws: as with a data set; `DatasetError` where there are no images, or two have the same name.
  public init(
    model: any Model, images: NamedImages, explainers: [any Explainer],
    metrics: [any Metric], settings: Settings = Settings()
  ) throws {
    let images = try ImagesInMemory(images)
    try self.init(
      model: model, data: EvaluationData(images, split: images.split), explainers: explainers,
      metrics: metrics,
      settings: settings)
  }
}
