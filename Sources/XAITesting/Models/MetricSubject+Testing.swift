public import XAICore
public import XAIImage
public import XAITensor

extension MetricSubject {
  /// A map without the scores that it was made of: one patch with score 0.
  public init(pixels: Tensor, preprocessing: Preprocessing, map: [Float], classIndex: Int, probability: Float)
    throws(MetricError)
  {
    try self.init(
      pixels: pixels, preprocessing: preprocessing, scores: [0], grid: PatchGrid(rows: 1, columns: 1),
      map: map,
      classIndex: classIndex, probability: probability)
  }

  /// Scores without an image to speak of: one row of patches, a grey pixel each.
  public init(scores: [Float], meaning: ScoreMeaning = .magnitude) throws(MetricError) {
    try self.init(
      pixels: Tensor(repeating: 0.5, [3, 1, scores.count]), preprocessing: Preprocessing(resize: .none),
      scores: scores, grid: PatchGrid(rows: 1, columns: scores.count), scoreMeaning: meaning,
      map: minMaxNormalised(scores), classIndex: 0, probability: 1)
  }
}

extension FramePlan {
  /// A frame of pixels; nil for one of some patches, and for one without heads.
  public func image(_ index: Int, of subject: MetricSubject) -> Tensor? {
    switch self[index].content {
    case .whole: subject.image.input
    case .image(let image): image.tensor(subject.pixels.shape)
    case .patches, .heads: nil
    }
  }
}

extension Frame {
  /// How much of an image is in the frame as it is: elements of its pixels, or patches.
  public func unchangedCount(of subject: MetricSubject) -> Int {
    switch content {
    case .whole, .heads: subject.pixels.count
    case .patches(let kept): kept.count
    case .image(let image):
      zip(image.tensor(subject.pixels.shape).elements, subject.image.input.elements)
        .count { $0 == $1 }
    }
  }
}

extension Metric {
  /// The frames of which a metric asks the logits first.
  public func frames(for subject: MetricSubject) throws -> FramePlan {
    guard case .ask(let logits, _, _, _) = try plan(for: subject) else { return .none }
    return logits
  }

  /// The value that comes of answers, in the order in which the metric asks, nil where they are too few; `maps` answer the
  /// requests for maps of every round.
  public func measure(
    _ logits: [FrameAnswer] = [], maps: [[Float]] = [], for subject: MetricSubject
  ) throws -> MetricValue? {
    var (plan, rest) = (try plan(for: subject), logits[...])
    while case .ask(let asked, _, _, let then) = plan {
      guard rest.count >= asked.count else { return nil }
      plan = try then(MetricAnswers(logits: Array(rest.prefix(asked.count)), maps: maps))
      rest = rest.dropFirst(asked.count)
    }
    guard case .value(let value) = plan else { return nil }
    return value
  }
}
