import XAICore
import XAIEvaluation
import XAIFoundation

/// What a section is made of, gathered in one pass over the images, so that memory holds the numbers of all and the maps of few.
struct SectionPass {
  private let source: String
  private let experiment: Experiment
  private let imageCount: Int
  private var hash: ResultsHash
  private var curvePasses: [CurvePass]
  private var headPasses: [HeadPass]
  private var agreementPass: AgreementPass
  /// The images that were evaluated, without what only one of the parts below reads.
  private var images: [ImageResult] = []
  /// Which of them the page shows.
  private(set) var shown = ShownImages()
  private(set) var failures: [ImageResult] = []
  private(set) var flatMapCounts: [Int]
  private(set) var missingMaps: [MissingMaps]
  /// How many images were computed by which kernels, where that is known.
  private(set) var kernels: [String: Int] = [:]

  /// The maps of an explainer that could not be made or lack a value.
  struct MissingMaps {
    var count = 0
    /// Why the first of them.
    var reason = ""
  }

  /// Gathers everything.
  ///
  /// - Throws: `ReportError` where results contradict one another or change, and what reading throws.
  init(_ joined: JoinedResults, by bootstrap: Bootstrap) throws {
    experiment = joined.results.experiment
    source = joined.names.joined(separator: ", ")
    let imageCount = try joined.results.evaluatedCount()
    self.imageCount = imageCount
    hash = ResultsHash(of: experiment)
    agreementPass = AgreementPass(experiment)
    let draws = Lazy { ResampleDraws(bootstrap, imageCount: imageCount) }
    curvePasses = experiment.metrics.indices.map { [experiment] in
      CurvePass(of: $0, in: experiment, draws: draws)
    }
    headPasses = experiment.explainers.indices.map { HeadPass(of: $0, draws: draws) }
    flatMapCounts = experiment.explainers.map { _ in 0 }
    missingMaps = experiment.explainers.map { _ in MissingMaps() }
    images.reserveCapacity(imageCount)
    guard !experiment.explainers.isEmpty else { throw ReportError.noExplainers(source: source) }
    try joined.results.forEach { try add($0) }
    guard !images.isEmpty else {
      throw ReportError.noResults(source: source, failure: failures.lazy.compactMap(\.failure).first)
    }
    guard images.count == imageCount else { throw ReportError.changed(source: source) }
  }

  private mutating func add(_ image: ImageResult) throws {
    hash.add(image)
    if image.failure != nil { failures.append(image) }
    guard image.isEvaluated else { return }
    guard images.count < imageCount else { throw ReportError.changed(source: source) }
    for subject in image.subjects {
      if let reason = contradiction(in: subject) {
        throw ReportError.inconsistent(source: source, image: image.identifier, reason: reason)
      }
      for (explainer, map) in subject.maps.enumerated() {
        if map.isDegenerate { flatMapCounts[explainer] += 1 }
        if let reason = map.failure {
          if missingMaps[explainer].count == 0 { missingMaps[explainer].reason = reason }
          missingMaps[explainer].count += 1
        }
      }
    }
    if let name = image.kernels { kernels[name, default: 0] += 1 }
    agreementPass.add(image)
    for index in curvePasses.indices { curvePasses[index].add(image) }
    for index in headPasses.indices { headPasses[index].add(image) }
    images.append(image.thumbnail == nil ? image.withoutMaps : image.forPage)
    guard image.thumbnail != nil else { return }
    for dropped in shown.add(images.count - 1) {
      images[dropped] = images[dropped].withoutMaps
      (images[dropped].thumbnail, images[dropped].outlines) = (nil, [])
    }
  }

  private func contradiction(in subject: SubjectResult) -> String? {
    guard subject.maps.count == experiment.explainers.count else {
      return "it has \(subject.maps.count) maps of \(experiment.explainers.count) explainers"
    }
    for (map, explainer) in zip(subject.maps, experiment.explainers) {
      let isMissing = map.failure != nil && map.scores.isEmpty
      guard isMissing || map.scores.count == experiment.model.grid.count, map.scores.allSatisfy(\.isFinite)
      else {
        return
          "the map of \(explainer.specification) has \(map.scores.count) scores or some that are not finite; "
          + "the model has \(experiment.model.grid) patches"
      }
      guard map.values.count == experiment.metrics.count else {
        return
          "\(explainer.specification) has \(map.values.count) values of \(experiment.metrics.count) metrics"
      }
    }
    return nil
  }

  /// The hash of experiment and results.
  var resultsHash: String { hash.text }

  /// How alike the explainers' maps are.
  func agreement(by bootstrap: Bootstrap) -> Agreement { agreementPass.agreement(by: bootstrap) }

  /// The mean curves of the metrics that have them.
  mutating func curves() -> [CurveFamily] {
    curvePasses.indices.compactMap { curvePasses[$0].family(in: experiment) }
  }

  /// The weights of heads against what removing them does, of explainers that weight heads.
  func heads() -> [HeadComparison] { headPasses.compactMap { $0.comparison() } }

  /// The images that were evaluated; those that the page shows have their maps.
  func subjects() -> Subjects {
    var shown = images
    for (entry, image) in agreementPass.listed { shown[entry.place.image] = image.forPage }
    return Subjects(shown)
  }
}

extension ImageResult {
  /// What tables are made of: numbers.
  fileprivate var withoutMaps: ImageResult {
    lightened { map in
      map.scores = []
      map.values = map.values.map { $0.map { MetricValue($0.number) } }
    }
  }

  /// The same with the maps, and where there is a photograph as many points of the curves as a small chart shows.
  fileprivate var forPage: ImageResult {
    lightened { map in
      map.values = map.values.map { value in
        value.map { MetricValue($0.number, curve: thumbnail == nil ? nil : $0.curve?.thinned) }
      }
    }
  }

  private func lightened(_ change: (inout MapResult) -> Void) -> ImageResult {
    var image = self
    for subject in image.subjects.indices {
      image.subjects[subject].headEffects = nil
      for map in image.subjects[subject].maps.indices {
        image.subjects[subject].maps[map].diagnostics = Diagnostics()
        change(&image.subjects[subject].maps[map])
      }
    }
    return image
  }
}

extension MetricValue.Curve {
  /// The first point, the last and evenly spread ones between.
  fileprivate var thinned: MetricValue.Curve {
    let places = CurveFamily.chosenPlaces(of: x.count, atMost: 21)
    return MetricValue.Curve(x: places.map { x[$0] }, y: places.map { y[$0] })
  }
}
