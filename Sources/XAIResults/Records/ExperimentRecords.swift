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
    /// A hash of the labels of all images of the sample.
    case labels
  }
}

/// A program that added to the results.
struct RunRecord: StoredRecord {
  static let databaseTableName = "runs"
  let program: String
  let command: String
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

#if _endian(big)
#error("numbers are stored little-endian, as they lie in memory")
#endif

/// Numbers as the bytes of a column: IEEE 754, little-endian, one after another.
enum Blob {
  static func data<Number: BinaryFloatingPoint>(_ numbers: [Number]) -> Data {
    numbers.withUnsafeBytes { Data($0) }
  }

  /// The numbers of a column; nil where the bytes are not those of whole numbers.
  static func numbers<Number: BinaryFloatingPoint>(_ data: Data, as type: Number.Type = Number.self)
    -> [Number]?
  {
    let size = MemoryLayout<Number>.size
    guard data.count % size == 0 else { return nil }
    return data.withUnsafeBytes { bytes in
      (0..<data.count / size).map { bytes.loadUnaligned(fromByteOffset: $0 * size, as: Number.self) }
    }
  }
}
