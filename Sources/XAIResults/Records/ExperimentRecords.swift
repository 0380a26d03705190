import GRDB
import XAICore
import XAIEvaluation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A row of a table: its properties are the columns, whatever their order.
typealias StoredRecord = Codable & FetchableRecord & PersistableRecord & Sendable

/// An entry of `meta`.
struct MetaRecord: StoredRecord {
  static let databaseTableName = "meta"
  let key: Key
  let value: String

  enum Key: String, Codable, DatabaseValueConvertible {
    /// The experiment as JSON.
    case experiment
    /// Which shard of how many, where the database is one's: `2/8`.
    case shard
  }
}

/// A class of the model.
struct ClassRecord: StoredRecord {
  static let databaseTableName = "classes"
  let classIndex: Int
  let label: String

  enum CodingKeys: String, CodingKey {
    case label
    case classIndex = "class_index"
  }
}

/// An explainer of the experiment.
struct ExplainerRecord: StoredRecord {
  static let databaseTableName = "explainers"
  let explainer: Int
  let specification: String
  let id: String
  let title: String
  let family: String

  init(_ identity: ExplainerIdentity, number: Int) {
    explainer = number
    specification = identity.specification
    id = identity.descriptor.id
    title = identity.descriptor.title
    family = identity.descriptor.family.rawValue
  }
}

/// A metric of the experiment.
struct MetricRecord: StoredRecord {
  static let databaseTableName = "metrics"
  let metric: Int
  let specification: String
  let id: String
  let title: String
  let direction: String
  let unit: String
  let protocolName: String?
  let protocolText: String
  let protocolHash: String
  /// Where the points of the metric's curves are; nil until there is one.
  let curveX: Data?

  enum CodingKeys: String, CodingKey {
    case metric, specification, id, title, direction, unit
    case protocolName = "protocol_name"
    case protocolText = "protocol_text"
    case protocolHash = "protocol_hash"
    case curveX = "curve_x"
  }

  init(_ identity: MetricIdentity, number: Int) {
    metric = number
    specification = identity.specification
    id = identity.descriptor.id
    title = identity.descriptor.title
    direction = identity.descriptor.direction.rawValue
    unit = identity.descriptor.unit
    protocolName = identity.protocolName
    protocolText = identity.protocolText
    protocolHash = identity.protocolHash
    curveX = nil
  }
}
