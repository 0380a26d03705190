import XAICore
import XAIFoundation
import XAITensor

extension Evaluation {
  /// Evaluates the images of groups that are not known, in order.
  package func run(
    positions groups: [Range<Int>], known: Set<Int>, keep: (PictureResult) throws -> Void,
    tell: (EvaluationEvent) throws -> Void
  ) throws {
    let count = groups.reduce(0) { $0 + $1.count }
    let open = groups.filter { !$0.allSatisfy(known.contains) }
    var left = open.reduce(0) { $0 + $1.count { !known.contains($0) } }
    func report(_ event: EvaluationEvent) throws {
      do { try tell(event) } catch is CancellationError where left == 0 {}
    }
    try report(.began(known: groups.reduce(0) { $0 + $1.filter(known.contains).count }, count: count))
    guard !open.isEmpty else { return }
    let randomised = (model as? any TrainableModel).map { RandomisedModels(of: $0, seed: settings.seed) }
    var loaded = open.prefetched(loader)
    while let group = profile.measure("waiting for pictures", { loaded.next() }) {
      var run = GroupRun(self, group, randomised: randomised)
      while let event = try run.next() {
        if case .picture(let result) = event {
          if settings.isStrict, let failure = result.failure {
            throw EvaluationError.picture(identifier: result.identifier, reason: failure)
          }
          // A group is computed whole; what is known of it stays as it is.
          guard !known.contains(result.position) else { continue }
          try keep(result)
          left -= 1
        }
        try report(event)
      }
    }
  }

  private var loader: @Sendable (_ positions: Range<Int>) -> LoadedGroup {
    let (data, preprocessing, hasClasses) = (data, model.descriptor.preprocessing, dataClassesFit)
    return { [profile] positions in
      LoadedGroup(
        positions, of: data, preprocessing: preprocessing, hasClasses: hasClasses, profile: profile)
    }
  }
}
