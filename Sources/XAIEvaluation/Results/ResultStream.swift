/// Results that are read image by image, so that memory holds some of them at a time.
public struct ResultStream: Sendable {
  /// What decided the results.
  public let experiment: Experiment
  /// The places of the sample that have a result, ascending.
  public let positions: [Int]
  /// What the first images of the sample come to by each kernels that computed images, where kernels were mixed.
  public let kernelChecks: [KernelCheck]
  /// The programs that added to the results, each once; empty where that was not kept.
  public let runs: [RunIdentity]
  /// Counts the images that tables count.
  package let evaluatedCount: @Sendable () throws -> Int
  /// Reads the images at some of the places.
  private let read: @Sendable (_ positions: ArraySlice<Int>) throws -> [ImageResult]

  /// How many images are read at once.
  package static let chunk = 64

  /// Says where results come from.
  ///
  /// - Parameters:
  ///   - evaluatedCount: how many of the images tables count.
  ///   - read: gives the results at some of `positions`, in their order.
  package init(
    experiment: Experiment, positions: [Int], kernelChecks: [KernelCheck], runs: [RunIdentity] = [],
    evaluatedCount: @escaping @Sendable () throws -> Int,
    read: @escaping @Sendable (_ positions: ArraySlice<Int>) throws -> [ImageResult]
  ) {
    self.experiment = experiment
    self.positions = positions
    self.kernelChecks = kernelChecks
    self.runs = runs
    self.evaluatedCount = evaluatedCount
    self.read = read
  }

  /// Results that are in memory already.
  public init(_ results: EvaluationResults) {
    let images = results.images.sorted { $0.position < $1.position }
    let positions = images.map(\.position)
    self.init(
      experiment: results.experiment, positions: positions, kernelChecks: results.kernelChecks,
      runs: results.runs, evaluatedCount: { images.count(where: \.isEvaluated) },
      read: { Array(images[$0.indices]) })
  }

  /// The results of several streams of one experiment, which share the images out.
  package init(joining streams: [ResultStream]) {
    let places = streams.enumerated().flatMap { stream, results in
      results.positions.indices.map { (position: results.positions[$0], stream: stream, index: $0) }
    }.sorted { $0.position < $1.position }
    self.init(
      experiment: streams[0].experiment, positions: places.map(\.position),
      kernelChecks: streams.flatMap(\.kernelChecks), runs: Set(streams.flatMap(\.runs)).sorted(),
      evaluatedCount: { try streams.reduce(0) { try $0 + $1.evaluatedCount() } }
    ) { positions in
      var images: [ImageResult] = []
      let wanted = Dictionary(grouping: places[positions.indices], by: \.stream)
      for (stream, places) in wanted {
        // What one stream has of them lies side by side in it.
        let results = streams[stream]
        if let first = places.first, let last = places.last {
          images += try results.read(results.positions[first.index...last.index])
        }
      }
      return images.sorted { $0.position < $1.position }
    }
  }

  /// Hands over all images in the order of the sample; what `body` throws ends it.
  package func forEach(_ body: (ImageResult) throws -> Void) throws {
    for start in stride(from: 0, to: positions.count, by: Self.chunk) {
      for image in try read(positions[start..<min(start + Self.chunk, positions.count)]) { try body(image) }
    }
  }
}
