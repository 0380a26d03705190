/// What a metric asks for to judge one map, round by round, and the value that comes of the answers.
///
/// A plan is either done or asks, and continues with the answers: the closure that does so holds what was computed so far,
/// so that nothing is computed twice. A metric that asks nothing is `.value(…)`; one of a single round is
///
///     .ask(logits: .masked(subject)) { answers in
///       .value(MetricValue(Double(answers.logits[0].probability)))
///     }
public enum MetricPlan: Sendable {
  /// The value of the map, in the descriptor's unit and range; nil where the subject does not have what the metric is
  /// about, such as an object of the class.
  case value(MetricValue?)
  /// Asks, and continues with the answers to this round.
  ///
  /// - Parameters:
  ///   - logits: inputs of which the model's logits are asked for.
  ///   - maps: the maps that are asked for, by the explainer that made the one that is judged.
  ///   - later: at most how many more logits and maps later rounds ask for, for progress.
  ///   - then: makes the rest of the plan of the answers.
  case ask(
    logits: FramePlan = .none, maps: [MapRequest] = [], later: Int = 0,
    then: @Sendable (_ answers: MetricAnswers) throws -> MetricPlan)

  /// At most how many logits and maps it asks for, now and later.
  package var limit: Int {
    guard case .ask(let logits, let maps, let later, _) = self else { return 0 }
    return logits.count + maps.count + later
  }

  /// Two plans at once: a round asks what both ask, and their values make one.
  package static func both(
    _ one: MetricPlan, _ other: MetricPlan,
    value: @escaping @Sendable (_ one: MetricValue?, _ other: MetricValue?) -> MetricValue?
  ) -> MetricPlan {
    switch (one, other) {
    case (.value(let one), .value(let other)):
      return .value(value(one, other))
    case (.ask(let logits, let maps, let later, let then), .value):
      return .ask(logits: logits, maps: maps, later: later) { both(try then($0), other, value: value) }
    case (.value, .ask(let logits, let maps, let later, let then)):
      return .ask(logits: logits, maps: maps, later: later) { both(one, try then($0), value: value) }
    case (
      .ask(let logits, let maps, let later, let then), .ask(let logits2, let maps2, let later2, let then2)
    ):
      let (logitCount, mapCount) = (logits.count, maps.count)
      let frames = FramePlan(count: logitCount + logits2.count) {
        $0 < logitCount ? logits[$0] : logits2[$0 - logitCount]
      }
      return .ask(logits: frames, maps: maps + maps2, later: later + later2) { answers in
        both(
          try then(
            MetricAnswers(
              logits: Array(answers.logits.prefix(logitCount)), maps: Array(answers.maps.prefix(mapCount)))),
          try then2(
            MetricAnswers(
              logits: Array(answers.logits.dropFirst(logitCount)),
              maps: Array(answers.maps.dropFirst(mapCount)))),
          value: value)
      }
    }
  }
}

/// The answers to a round of a plan, in the order in which it asked.
public struct MetricAnswers: Sendable {
  /// What the model said to each frame.
  public let logits: [FrameAnswer]
  /// The scores of each map, one a patch.
  public let maps: [[Float]]

  /// Holds answers.
  public init(logits: [FrameAnswer] = [], maps: [[Float]] = []) {
    self.logits = logits
    self.maps = maps
  }
}

/// What the model said to a frame.
public struct FrameAnswer: Hashable, Sendable {
  /// The whole row of logits, one per class.
  public let logits: [Float]
  /// Probability of the class that is asked about, by what the model's outputs mean; NaN where they have none.
  public let probability: Float
  /// Whether that class has the highest logit.
  public let isPredicted: Bool

  /// Holds an answer.
  public init(logits: [Float] = [], probability: Float, isPredicted: Bool) {
    self.logits = logits
    self.probability = probability
    self.isPredicted = isPredicted
  }
}

/// A further map by the explainer, with its options, that made the one that is judged.
public struct MapRequest: Sendable {
  /// What is explained: the image as it is or changed in its pixels; patches that are left out have no map.
  public let frame: Frame
  /// The class that is asked about; nil for that of the map that is judged.
  public let classIndex: Int?
  /// The model that is explained.
  public let model: ExplainedModel

  /// Asks for a map of a frame; by default of the same class and model.
  public init(_ frame: Frame = .whole, classIndex: Int? = nil, model: ExplainedModel = .same) {
    self.frame = frame
    self.classIndex = classIndex
    self.model = model
  }
}

/// The model that a further map explains.
public enum ExplainedModel: Hashable, Sendable {
  /// The one of the map that is judged.
  case same
  /// That with random weights down to a stage of a cascade, of which ``MetricSubject/randomisationStages`` has those that
  /// are computed: at 0 the classifier's, at s those of the last s blocks as well, after all blocks everything.
  case randomised(stage: Int)
}

/// A row of logits, one per class, and what it says about classes.
package struct LogitRow: Sendable {
  /// One logit per class.
  package let logits: [Float]
  /// The class with the highest logit; of equal ones the lower.
  package let predictedClass: Int
  private let probabilities: Probabilities<Float>?

  /// Reads one logit per class; traps where there is none.
  package init(_ logits: [Float], meaning: OutputMeaning) {
    var (predicted, highest) = (0, logits[0])
    for (index, logit) in logits.enumerated() where logit > highest { (predicted, highest) = (index, logit) }
    (self.logits, predictedClass) = (logits, predicted)
    probabilities = Probabilities(of: logits, meaning: meaning)
  }

  /// The probability of a class; NaN where the outputs have none.
  package func probability(of classIndex: Int) -> Float {
    probabilities?.probability(ofLogit: logits[classIndex]) ?? .nan
  }

  /// How many classes the model finds likelier, and 1: of the predicted class it is 1.
  package func rank(of classIndex: Int) -> Int {
    let logit = logits[classIndex]
    return 1
      + logits.indices.count { logits[$0] > logit || (logits[$0] == logit && $0 < classIndex) }
  }

  /// The row as an answer about a class.
  package func answer(about classIndex: Int) -> FrameAnswer {
    FrameAnswer(
      logits: logits, probability: probability(of: classIndex), isPredicted: classIndex == predictedClass)
  }
}

/// The class with the highest logit other than one, of equal ones the lower; nil where there is none.
package func runnerUp(to classIndex: Int, in logits: [Float]) -> Int? {
  logits.indices.filter { $0 != classIndex }.max { (logits[$0], $1) < (logits[$1], $0) }
}
