public import XAIEvaluation
import XAIFoundation
import XAITensor

extension Evaluation {
  /// Evaluates the images that have no result yet, and keeps each as it is done.
  ///
  /// Images that could not be read are tried again at the end, and by the next run. Some images are read before the first pass, and
  /// results of other images or labels under the same names are refused.
  ///
  /// - Parameters:
  ///   - store: where results are kept; of this evaluation's experiment.
  ///   - shard: which part of the sample.
  ///   - kernels: what the arithmetic runs on, which is kept with each image; see `experiment(modelHash:kernels:)`.
  ///   - areKernelsMixed: whether other shards may run on others: the sample's first images are then computed on these as well,
  ///     so that reports can say what difference it makes.
  ///   - tell: is told what happens. What it throws ends the run at once, such as `CancellationError` to stop it: thrown
  ///     for an image, that image has been kept, and after the last one there is nothing to stop; thrown for part of a
  ///     group, that part is computed again by the run that resumes.
  /// - Throws: `StoreError`; `CancellationError` where the run or an explainer was stopped before the last image; with
  ///   `isStrict`, what is wrong with an image.
  public func run(
    into store: ResultStore, shard: Shard = .whole, kernels: String? = nil, areKernelsMixed: Bool = false,
    tell: (EvaluationEvent) throws -> Void = { _ in }
  ) throws {
    try run(
      into: store, shard: shard, kernels: kernels, areKernelsMixed: areKernelsMixed, check: {}, tell: tell)
  }

  /// The same, where `check` is called before each result is kept; what it throws ends the run.
  package func run(
    into store: ResultStore, shard: Shard, kernels: String?, areKernelsMixed: Bool, check: () throws -> Void,
    tell: (EvaluationEvent) throws -> Void
  ) throws {
    let kernels = kernels.map(Self.nameWithInstructions)
    let done = try store.donePositions
    try store.check(self, done: done)
    if areKernelsMixed, let kernels, try !store.hasKernelCheck(of: kernels) {
      var images: [ImageResult] = []
      let first = Shard.whole.groups(ofSample: data.sampleCount).prefix(1)
      try run(positions: Array(first), known: [], keep: { images.append($0) }, tell: { _ in })
      try store.add(KernelCheck(kernels: kernels, images: images))
    }
    let open = try store.openPositions
    let contents = try store.contents(of: done)
    try run(
      positions: shard.groups(ofSample: data.sampleCount), known: done.subtracting(open),
      keep: { result in
        try check()
        var result = result
        result.kernels = kernels
        try profile.measure("storing results") {
          try store.add([result], replacing: open.contains(result.position))
        }
      },
      meet: { result in
        guard let known = contents[result.position], let content = result.content, known != content else {
          return
        }
        throw StoreError.otherImage(path: store.path, identifier: result.identifier)
      }, tell: tell)
  }
}
