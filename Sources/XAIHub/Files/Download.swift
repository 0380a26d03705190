import XAIFoundation
import XAIWeights

/// One download of a repository: its listing, its configuration, and then the rest.
final class Download {
  private let id: RepositoryID
  private let hub: ModelHub
  private let folder: CacheFolder
  private let observer: (HubEvent) -> Bool
  private let fetcher: FileFetcher

  init(of id: RepositoryID, from hub: ModelHub, observer: @escaping (HubEvent) -> Bool) throws {
    (self.id, self.hub, self.observer) = (id, hub, observer)
    folder = CacheFolder(of: id, in: hub.settings.cache)
    fetcher = try FileFetcher(id, from: hub, into: folder, observer: observer)
  }

  /// Downloads everything.
  ///
  /// - Parameters:
  ///   - check: throws for a configuration of which no weights are wanted.
  ///   - base: provides an adapter's base model, and gives what was downloaded of it.
  func run(
    check: (ModelDirectory) throws -> Void, base: (String) throws -> HubDownload?
  ) throws -> HubDownload {
    let listing = try fetcher.listing()
    let names = listing.names
    let configuration = ModelFiles.configurations.first(where: names.contains)
    let isAdapter = names.contains(ModelFiles.adapter)
    guard configuration != nil || isAdapter else {
      throw HubError.notAModel(id, found: ForeignContents.found(files: names.sorted()))
    }
    // First what says of which kind the model is: whoever can't use it is told so before anything large comes.
    let first = (isAdapter ? [ModelFiles.adapter] : []) + (configuration.map { [$0] } ?? [])
    var files = try fetch(first, listing)
    let snapshot = folder.snapshot(listing.commit)
    let baseModel = isAdapter ? try baseName(in: names, snapshot).flatMap(base) : nil
    if !isAdapter { try check(ModelDirectory(snapshot, environment: hub.environment)) }
    let weights = try weights(in: names, isAdapter: isAdapter)
    files += try fetch(ModelFiles.descriptions(in: names) + weights, listing)
    if weights.contains(WeightStore.indexName) { files += try fetch(shards(in: names, snapshot), listing) }
    for name in ModelFiles.optional where !names.contains(name) {
      try folder.noteAbsence(of: name, listing.commit)
    }
    // Last, so that a download that ends before its time leaves the revision where it was, with all its files.
    try folder.noteRevision(id.revision ?? "main", is: listing.commit)
    return HubDownload(
      repository: id, commit: listing.commit, address: hub.settings.endpoint.shown, folder: snapshot,
      files: files, baseModels: baseModel.map { [$0] } ?? [])
  }

  /// The repository of an adapter's base model; nil where the adapter's own has that.
  private func baseName(in names: Set<String>, _ snapshot: String) throws -> String? {
    let hasOwn =
      ModelFiles.configurations.contains(where: names.contains)
      && (try? WeightStore.chosenFile(among: names.sorted(), of: "")) != nil
    guard !hasOwn else { return nil }
    let name = try Configuration(path: "\(snapshot)/\(ModelFiles.adapter)")
      .optionalString("base_model_name_or_path")
    return name.flatMap { ModelDirectory.repository(of: $0) == nil ? nil : $0 }
  }

  /// The files of weights, or the index of their shards.
  private func weights(in names: Set<String>, isAdapter: Bool) throws -> [String] {
    func chosen() throws(WeightStoreError) -> String {
      try WeightStore.chosenFile(among: names.sorted(), of: id.description)
    }
    guard isAdapter else { return [try chosen()] }
    guard names.contains(WeightStore.adapterName) else {
      throw WeightStoreError.noAdapterWeights(directory: id.description)
    }
    // Those of the base model may lie beside the adapter's.
    return [WeightStore.adapterName] + ((try? chosen()).map { [$0] } ?? [])
  }

  private func shards(in names: Set<String>, _ snapshot: String) throws -> [String] {
    let shards = try WeightStore.shards(ofIndex: "\(snapshot)/\(WeightStore.indexName)")
    if let missing = shards.first(where: { !names.contains($0) }) {
      throw HubError.noFile(missing, in: id)
    }
    return shards
  }

  /// Fetches files of the listing's commit, where they aren't in the cache.
  private func fetch(_ names: [String], _ listing: RepositoryListing) throws -> [HubDownload.File] {
    var files: [HubDownload.File] = []
    var missing: [FileMetadata] = []
    for name in names {
      let path = "\(folder.snapshot(listing.commit))/\(name)"
      if let byteCount = FileSystem.byteCount(of: path) {
        files.append(HubDownload.File(name: name, byteCount: byteCount, receivedCount: 0))
      } else {
        missing.append(try fetcher.metadata(of: name, listing.commit))
      }
    }
    guard !missing.isEmpty else { return files }
    let needed = missing.reduce(0) { sum, file in sum + fetcher.missingBytes(of: file) }
    if let free = hub.freeBytes(folder.path), free < needed {
      throw HubError.noRoom(folder: hub.settings.cache.path, needed: needed, free: free)
    }
    let isInProgress = observer(
      .begins(id, fileCount: missing.count, byteCount: needed, address: hub.settings.endpoint.shown))
    guard isInProgress else { throw CancellationError() }
    for file in missing { files.append(try fetcher.fetch(file)) }
    return files
  }
}
