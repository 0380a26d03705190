import XAICore
import XAIFoundation
import XAITensor

extension Evaluation {
  /// Evaluates the pictures of groups that are not known, in order.
  package func run(
    positions groups: [Range<Int>], known: Set<Int>, keep: (PictureResult) throws -> Void,
    tell: (EvaluationEvent) -> Bool
  ) throws -> EvaluationOutcome {
    let count = groups.reduce(0) { $0 + $1.count }
    let open = groups.filter { !$0.allSatisfy(known.contains) }
    let isGoingOn = tell(
      .began(known: groups.reduce(0) { $0 + $1.filter(known.contains).count }, count: count))
    guard isGoingOn, !open.isEmpty else { return open.isEmpty ? .finished : .stopped }
    let randomised = randomisedModels()
    var left = open.reduce(0) { $0 + $1.count { !known.contains($0) } }
    var upcoming: Background<LoadedGroup>? = load(open[0])
    for index in open.indices {
      guard let group = profile.measure("waiting for pictures", { upcoming?.take() }) else { return .stopped }
      upcoming = index + 1 < open.count ? load(open[index + 1]) : nil
      var run = GroupRun(self, group, randomised: randomised)
      let isGoingOn = try run.run(
        keep: { result in
          if settings.isStrict, let failure = result.failure {
            throw EvaluationError.picture(identifier: result.identifier, reason: failure)
          }
          // A group is computed whole; what is known of it stays as it is.
          guard !known.contains(result.position) else { return true }
          try keep(result)
          left -= 1
          return tell(.picture(result))
        }, tell: tell)
      guard isGoingOn || left == 0 else { return .stopped }
    }
    return .finished
  }

  private func randomisedModels() -> [any Model] {
    guard needs.contains(.randomisedModels), let model = model as? any TrainableModel else { return [] }
    return RandomisedModels(of: model, seed: settings.seed).models
  }

  private func load(_ positions: Range<Int>) -> Background<LoadedGroup> {
    let (data, preprocessing, hasClasses) = (data, model.descriptor.preprocessing, dataClassesFit)
    return Background { [profile] in
      LoadedGroup(
        positions, of: data, preprocessing: preprocessing, hasClasses: hasClasses, profile: profile)
    }
  }
}
