public import XAICore

/// What an evaluation found for one image.
public struct ImageResult: Hashable, Sendable {
  /// The image's place in the sample, from 0.
  public var position: Int
  /// Its name in the data set.
  public var identifier: String
  /// Its class, where it is known.
  public var label: Int?
  /// The place of that class among all that the model knows, from 1, which is the predicted one; nil where it is not known.
  ///
  /// It follows from the model and the image, and is in no hash of results.
  public var labelRank: Int?
  /// What the model saw, as a JPEG file, where it is kept.
  public var thumbnail: [UInt8]?
  /// Where its objects are, where it has a thumbnail and their places are known.
  public var outlines: [ObjectOutline]
  /// Why it could not be evaluated; nil where it was.
  public var failure: String?
  /// Whether it could not be read, which may pass: a run that resumes tries again.
  public var isUnread: Bool
  /// A hash of what was judged: the pixels as they were read, the label and the objects, 16 hexadecimal digits; nil where it is
  /// not known.
  public var content: String?
  /// The kernels that it was computed by, without their threads; nil where they are not known.
  public var kernels: String?
  /// One entry a class that was asked about.
  public var subjects: [SubjectResult]

  /// Holds what was found.
  public init(
    position: Int, identifier: String, label: Int?, labelRank: Int? = nil, thumbnail: [UInt8]? = nil,
    outlines: [ObjectOutline] = [], failure: String? = nil,
    isUnread: Bool = false, content: String? = nil, kernels: String? = nil, subjects: [SubjectResult] = []
  ) {
    self.position = position
    self.identifier = identifier
    self.label = label
    self.labelRank = labelRank
    self.thumbnail = thumbnail
    self.outlines = outlines
    self.failure = failure
    self.isUnread = isUnread
    self.content = content
    self.kernels = kernels
    self.subjects = subjects
  }
}

extension ImageResult {
  /// Whether tables count it: it could be evaluated, and was asked about some class.
  package var isEvaluated: Bool { failure == nil && !subjects.isEmpty }
}

/// What an evaluation found for a class of an image.
public struct SubjectResult: Hashable, Sendable {
  /// The class.
  public var classIndex: Int
  /// Its probability on the whole image; nil where the model's outputs have none.
  public var probability: Float?
  /// Whether the model predicts it.
  public var isPredicted: Bool
  /// How much the logit of the class falls when a head is removed, `[layer][head]`, where it was measured.
  public var headEffects: [[Float]]?
  /// One entry an explainer, in the order of the experiment.
  public var maps: [MapResult]

  /// Holds what was found.
  public init(
    classIndex: Int, probability: Float?, isPredicted: Bool, headEffects: [[Float]]? = nil, maps: [MapResult]
  ) {
    self.classIndex = classIndex
    self.probability = probability
    self.isPredicted = isPredicted
    self.headEffects = headEffects
    self.maps = maps
  }
}

/// A map with its values.
public struct MapResult: Hashable, Sendable {
  /// One score per patch, row by row; none where the explainer failed.
  public var scores: [Float]
  /// What the explainer noticed.
  public var diagnostics: Diagnostics
  /// One entry a metric, in the order of the experiment; nil where the image does not have what it is about, and where it
  /// could not be computed.
  public var values: [MetricValue?]
  /// Why there is no map, or why it lacks a value; nil where all is there.
  public var failure: String?

  /// Holds a map.
  public init(scores: [Float], diagnostics: Diagnostics, values: [MetricValue?], failure: String? = nil) {
    self.scores = scores
    self.diagnostics = diagnostics
    self.values = values
    self.failure = failure
  }

  /// Whether there is a map, and all patches have the same score.
  public var isDegenerate: Bool { !scores.isEmpty && scores.allSatisfy { $0 == scores.first } }
}
