import GRDB
import XAICore
import XAIEvaluation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An image of the sample that has a result.
struct ImageRecord: StoredRecord {
  static let databaseTableName = "pictures"
  let position: Int
  let identifier: String
  let label: Int?
  let failure: String?
  let thumbnail: Data?
  let content: String?
  let kernels: String?
  let isUnread: Bool?
  let labelRank: Int?

  enum CodingKeys: String, CodingKey {
    case position, identifier, label, failure, thumbnail, content, kernels
    case isUnread = "is_unread"
    case labelRank = "label_rank"
  }

  init(_ result: ImageResult) {
    position = result.position
    identifier = result.identifier
    label = result.label
    failure = result.failure
    thumbnail = result.thumbnail.map { Data($0) }
    content = result.content
    kernels = result.kernels
    // Of a failure that isn't one of reading this says so; databases of before don't.
    isUnread = result.failure == nil ? nil : result.isUnread
    labelRank = result.labelRank
  }

  /// The places of the sample that have a result, ascending.
  static func positions(_ database: Database) throws -> [Int] {
    try Int.fetchAll(database, sql: "SELECT position FROM pictures ORDER BY position")
  }
}

/// Where an object of an image with a thumbnail is.
struct OutlineRecord: StoredRecord {
  static let databaseTableName = "outlines"
  let position: Int
  let object: Int
  let classIndex: Int
  let path: String

  enum CodingKeys: String, CodingKey {
    case position, object, path
    case classIndex = "class_index"
  }
}

/// A class that was asked about.
struct SubjectRecord: StoredRecord {
  static let databaseTableName = "subjects"
  let position: Int
  let subject: Int
  let classIndex: Int
  let probability: Float?
  let isPredicted: Bool

  enum CodingKeys: String, CodingKey {
    case position, subject, probability
    case classIndex = "class_index"
    case isPredicted = "is_predicted"
  }

  init(_ result: SubjectResult, position: Int, subject: Int) {
    self.position = position
    self.subject = subject
    classIndex = result.classIndex
    probability = result.probability
    isPredicted = result.isPredicted
  }
}

/// A map of an explainer, with numbers as `Blob` keeps them.
struct MapRecord: StoredRecord {
  static let databaseTableName = "maps"
  let position: Int
  let subject: Int
  let explainer: Int
  let scores: Data
  let isDegenerate: Bool
  let rankCollapse: Float?
  let headWeights: Data?
  let negativeGradientShare: Data?
  let attentionEntropy: Data?

  enum CodingKeys: String, CodingKey {
    case position, subject, explainer, scores
    case isDegenerate = "is_degenerate"
    case rankCollapse = "rank_collapse"
    case headWeights = "head_weights"
    case negativeGradientShare = "negative_gradient_share"
    case attentionEntropy = "attention_entropy"
  }

  init(_ result: MapResult, position: Int, subject: Int, explainer: Int) {
    self.position = position
    self.subject = subject
    self.explainer = explainer
    scores = Blob.data(result.scores)
    isDegenerate = result.isDegenerate
    let diagnostics = result.diagnostics
    rankCollapse = diagnostics.rankCollapse
    func heads(_ numbers: [[Float]]?) -> Data? { numbers.map { Blob.data($0.flatMap { $0 }) } }
    headWeights = heads(diagnostics.headWeights)
    negativeGradientShare = heads(diagnostics.negativeGradientShare)
    attentionEntropy = heads(diagnostics.attentionEntropy)
  }
}

/// A map that an explainer failed to make, or that lacks a value.
struct MapFailureRecord: StoredRecord {
  static let databaseTableName = "map_failures"
  let position: Int
  let subject: Int
  let explainer: Int
  let reason: String
}

/// A metric's value for a map.
struct MeasurementRecord: StoredRecord {
  static let databaseTableName = "measurements"
  let position: Int
  let subject: Int
  let explainer: Int
  let metric: Int
  let value: Double?
  let curveY: Data?

  enum CodingKeys: String, CodingKey {
    case position, subject, explainer, metric, value
    case curveY = "curve_y"
  }

  init(_ result: MetricValue?, position: Int, subject: Int, explainer: Int, metric: Int) {
    self.position = position
    self.subject = subject
    self.explainer = explainer
    self.metric = metric
    value = result?.number
    curveY = result?.curve.map { Blob.data($0.y) }
  }
}

/// An image that every shard looks at.
struct SpotCheckRecord: StoredRecord {
  static let databaseTableName = "spot_checks"
  let position: Int
  let identifier: String
  let content: String
}

/// A number of one of the first images by kernels of a name.
struct KernelCheckRecord: StoredRecord {
  static let databaseTableName = "kernel_checks"
  let kernels: String
  let position: Int
  let subject: Int
  let explainer: Int
  let metric: Int
  let value: Double
}

/// What a head does for a class.
struct HeadEffectRecord: StoredRecord {
  static let databaseTableName = "head_effects"
  let position: Int
  let subject: Int
  let layer: Int
  let head: Int
  let effect: Float
}
