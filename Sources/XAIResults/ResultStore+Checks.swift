import GRDB
import XAIEvaluation
import XAIFoundation

/// What is looked at so that results of different things under the same names are never mixed.
extension ResultStore {
  /// Throws where images or labels are not those of the results that are there, and notes those of this run.
  func check(_ evaluation: Evaluation, done: Set<Int>) throws {
    let labels = evaluation.labelsHash
    if let known = try connection.meta(.labels), known != labels { throw StoreError.otherLabels(path: path) }
    let known = try connection.knownContents()
    let checks = evaluation.spotChecks()
    for check in checks {
      if let content = known[check.position], content != check.content {
        throw StoreError.otherImage(path: path, identifier: check.identifier)
      }
    }
    let stored = Set(try connection.read { try connection.spotChecks($0) }.map(\.position))
    let new = checks.filter { !stored.contains($0.position) }
    let hasLabels = try connection.meta(.labels) != nil
    guard !new.isEmpty || !hasLabels else { return }
    try connection.write { database in
      if !hasLabels { try MetaRecord(key: .labels, value: labels).insert(database) }
      for check in new {
        try SpotCheckRecord(position: check.position, identifier: check.identifier, content: check.content)
          .insert(database)
      }
    }
  }

  /// The hashes of images by their places, so far as they are known.
  func contents(of positions: Set<Int>) throws -> [Int: String] {
    positions.isEmpty ? [:] : try connection.knownContents()
  }

  /// Whether the first images were computed on kernels of a name.
  func hasKernelCheck(of kernels: String) throws -> Bool {
    try connection.read {
      try Bool.fetchOne(
        $0, sql: "SELECT EXISTS (SELECT * FROM kernel_checks WHERE kernels = ?)", arguments: [kernels])
        ?? false
    }
  }

  /// Keeps what the first images came to.
  func add(_ check: KernelCheck) throws {
    try connection.write { database in
      for (place, value) in check.values {
        try KernelCheckRecord(
          kernels: check.kernels, position: place.position, subject: place.subject,
          explainer: place.explainer, metric: place.metric, value: value
        ).save(database)
      }
    }
  }
}

extension Evaluation {
  /// A hash of the labels of all images of the sample.
  fileprivate var labelsHash: String {
    var hash = FNV1a()
    for position in 0..<data.sampleCount { hash.add(UInt64(bitPattern: Int64(label(at: position) ?? -1))) }
    return hash.text
  }
}

extension StoreConnection {
  /// The hashes of images by their places, of those that have results and of spot checks.
  func knownContents() throws(StoreError) -> [Int: String] {
    try read { database in
      var contents: [Int: String] = [:]
      if try database.columns(in: ImageRecord.databaseTableName).contains(where: { $0.name == "content" }) {
        let rows = try Row.fetchCursor(
          database, sql: "SELECT position, content FROM pictures WHERE content IS NOT NULL")
        while let row = try rows.next() { contents[try row.decode(atIndex: 0)] = try row.decode(atIndex: 1) }
      }
      for check in try spotChecks(database) { contents[check.position] = check.content }
      return contents
    }
  }

  /// The images that a shard looked at.
  func spotChecks(_ database: Database) throws -> [SpotCheckRecord] {
    guard try database.tableExists(SpotCheckRecord.databaseTableName) else { return [] }
    return try Row.fetchAll(database, sql: "SELECT * FROM spot_checks ORDER BY position").map(
      SpotCheckRecord.init(row:))
  }

  /// What the first images came to on each kernels.
  func kernelChecks() throws(StoreError) -> [KernelCheck] {
    let records = try read { database in
      try database.tableExists(KernelCheckRecord.databaseTableName)
        ? Row.fetchAll(database, sql: "SELECT * FROM kernel_checks").map(KernelCheckRecord.init(row:)) : []
    }
    return Dictionary(grouping: records, by: \.kernels).map { kernels, records in
      KernelCheck(
        kernels: kernels,
        values: Dictionary(
          records.map {
            (
              KernelCheck.Place(
                position: $0.position, subject: $0.subject, explainer: $0.explainer, metric: $0.metric),
              $0.value
            )
          }, uniquingKeysWith: { $1 }))
    }.sorted { $0.kernels < $1.kernels }
  }
}
