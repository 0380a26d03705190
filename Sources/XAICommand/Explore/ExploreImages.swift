#if XAI_EXPLORE
import XAICore
import XAIEvaluation
import XAIExplore
import XAIFoundation
import XAIImage

#if XAI_DATABASE
import XAIResults
#endif

/// The images that a user named for a page: files, folders, and those of databases of results.
struct ExploreImages {
  private(set) var found: [ExploreImage] = []
  /// What a user should know.
  private(set) var notes: [String] = []

  init(_ command: ExploreCommand) throws {
    let databases = command.images.filter(Self.isDatabase)
    let others = command.images.filter { !Self.isDatabase($0) }
    guard command.data == nil || !databases.isEmpty else {
      throw Failure(
        .usage, "--data is the data set of a database of results; name one, or the images themselves.")
    }
    if !others.isEmpty {
      let files = try ImageFiles(others, suffixLength: 0)
      notes += files.leftOut.map { "\($0.folder): \($0.note)" }
      found += files.files.map { ExploreImage(name: FileSystem.name(of: $0.path), source: .file($0.path)) }
    }
    for path in databases { try add(database: path, data: command.data) }
  }

  private static func isDatabase(_ path: String) -> Bool {
    let name = FileSystem.parts(ofName: FileSystem.name(of: path))
    return ["sqlite", "db", "sqlite3"].contains(name.fileExtension) && FileSystem.kind(of: path) == .file
  }

  #if XAI_DATABASE
  private mutating func add(database path: String, data: String?) throws {
    let results = try ResultStore.results(at: path)
    let split = try data.map { data in
      try CommandContext.currentRegistry.dataset(data).split(results.experiment.data.split)
    }
    var places: [String: Int] = [:]
    if let split { for index in 0..<split.count { places[split.identifier(index)] = index } }
    var missing = 0
    for image in results.images where image.failure == nil {
      let source: ExploreImage.Source
      if let split, let place = places[image.identifier] {
        source = .opened { try split.sample(place).image }
      } else if let thumbnail = image.thumbnail {
        source = .bytes(thumbnail)
      } else {
        missing += 1
        continue
      }
      found.append(
        ExploreImage(
          name: image.identifier, source: source, finding: .init(image, in: results.experiment)))
    }
    let shown = FileName.shown(path)
    if missing > 0 {
      notes.append(
        "\(shown): \(counted(missing, "image")) left out, of which the database keeps no picture; --data names the data set."
      )
    }
    if split == nil, !found.isEmpty {
      notes.append(
        "\(shown): images are shown as the model saw them, small and cropped; --data names the data set they are from."
      )
    }
  }
  #else
  private mutating func add(database path: String, data: String?) throws {
    throw Failure(
      .usage, "\(FileName.shown(path)): this build reads no databases; it was made without SQLite.")
  }
  #endif
}

#if XAI_DATABASE
extension ExploreImage.Finding {
  /// What an evaluation found for an image: of the class that the model gave it, where that was asked about.
  init(_ image: ImageResult, in experiment: Experiment) {
    self.init()
    let labels = experiment.model.labels
    rank = image.labelRank
    // Which class it was asked about is another matter.
    correct = rank.map { $0 == 1 }
    label = image.label.flatMap { labels.indices.contains($0) ? labels[$0] : nil }
    if let subject = image.subjects.first(where: \.isPredicted) {
      predicted = labels.indices.contains(subject.classIndex) ? labels[subject.classIndex] : nil
      probability = subject.probability
      correct = image.label.map { $0 == subject.classIndex } ?? correct
    }
    guard let subject = image.subjects.first else { return }
    // Baselines without a model are left out, as in the report.
    let maps = zip(experiment.explainers, subject.maps).filter { $0.0.descriptor.family != .baseline }
      .map(\.1.scores)
    let correlations = maps.indices.flatMap { a in
      maps.indices.dropFirst(a + 1).compactMap { b -> Double? in
        maps[a].isEmpty || maps[b].isEmpty ? nil : rankCorrelation(maps[a], maps[b])
      }
    }
    guard !correlations.isEmpty else { return }
    disagreement = 1 - correlations.reduce(0, +) / Double(correlations.count)
  }
}
#endif
#endif
