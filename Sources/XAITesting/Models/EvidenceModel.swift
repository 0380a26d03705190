public import XAICore
import XAIEvaluation
import XAIImage
public import XAITensor

/// A classifier whose evidence is known: class 1 gains from bright pixels on the left and loses from those on the right.
///
/// A map of the left half is the right answer, and a map of the right half the wrong one: what metrics are tried on.
public struct EvidenceModel: IntervenableModel {
  public let descriptor: ModelDescriptor
  private let side: Int
  /// Whether its weights count as random: ``EvidenceExplainer`` then finds the wrong half.
  let isRandomised: Bool

  /// Makes the model for images of `side` × `side` pixels.
  public init(side: Int = 16) {
    self.init(side: side, isRandomised: false)
  }

  private init(side: Int, isRandomised: Bool) {
    self.side = side
    self.isRandomised = isRandomised
    self.descriptor = ModelDescriptor(
      name: "evidence", architecture: "evidence", labels: ["absent", "present"],
      layers: [LayerDescriptor(width: 1)],
      parameterCount: 0,
      layout: TokenLayout(prefix: [], grid: PatchGrid(rows: 4, columns: 4), readout: .meanOfPatches),
      preprocessing: Preprocessing(resize: .exact(height: side, width: side), normalisation: .half),
      capabilities: [.patchRemoval])
  }

  /// The model as it counts with random weights.
  var randomised: EvidenceModel { EvidenceModel(side: side, isRandomised: true) }

  /// The same tokens whatever the size.
  public func layout(height: Int, width: Int) -> TokenLayout { descriptor.layout }

  /// The logits: 0, and 3·(left − right) with the mean pixels of both halves in [0, 1].
  public func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
    ForwardTrace(
      input: input, layout: descriptor.layout, logits: logits(input) { _, _ in true })
  }

  /// The logits of some patches; what is not there is no evidence for either side.
  public func logits(_ input: Tensor, under intervention: Intervention) throws -> Tensor {
    guard case .keepingPatches(let kept) = intervention else {
      throw ModelError.notGiven(intervention.needs, model: descriptor.name)
    }
    let grid = descriptor.layout.grid
    return logits(input) { image, pixel in
      let (row, column) = (pixel / side * grid.rows / side, pixel % side * grid.columns / side)
      return kept[image].contains(row * grid.columns + column)
    }
  }

  private func logits(_ input: Tensor, where isThere: (_ image: Int, _ pixel: Int) -> Bool) -> Tensor {
    let (images, plane) = (input.shape[0], side * side)
    let pixels = descriptor.preprocessing.denormalised(input).elements
    let logits = (0..<images).flatMap { image -> [Float] in
      var difference: Float = 0
      for index in 0..<3 * plane where isThere(image, index % plane) {
        difference += (index % side < side / 2 ? 1 : -1) * pixels[image * 3 * plane + index]
      }
      return [0, 6 * difference / Float(3 * plane)]
    }
    return Tensor([images, 2], logits)
  }

  /// A grey image with the probability of class 1, judged by a map of which each value is given by the pixel's place.
  ///
  /// An object of class 1 fills the left half, and one of class 0 the right half.
  public func subject(map: (_ row: Int, _ column: Int) -> Float) throws -> MetricSubject {
    let pixels = Tensor([3, side, side], (0..<3 * side * side).map { 0.6 + 0.02 * Float($0 % 11) })
    let input = descriptor.preprocessing.normalised(pixels).reshaped(to: [1, 3, side, side])
    let values = (0..<side).flatMap { row in (0..<side).map { map(row, $0) } }
    let grid = descriptor.layout.grid
    let patch = side / grid.rows
    let scores = (0..<grid.count).map {
      map($0 / grid.columns * patch + patch / 2, $0 % grid.columns * patch + patch / 2)
    }
    let logits = LogitRow(try logits(input)[0].elements, meaning: descriptor.output)
    var subject = try MetricSubject(
      pixels: pixels, preprocessing: descriptor.preprocessing, scores: scores, grid: grid, map: values,
      classIndex: 1, probability: logits.probability(of: 1))
    subject.logits = logits.logits
    subject.layerCount = descriptor.layerCount
    let isLeft = (0..<side * side).map { $0 % side < side / 2 }
    subject.objects = [
      ObjectRegion(classIndex: 1, pixels: isLeft), ObjectRegion(classIndex: 0, pixels: isLeft.map { !$0 }),
    ]
    return subject
  }

  /// The right answer: 1 on the left half.
  public func perfectSubject() throws -> MetricSubject {
    try subject { _, column in column < side / 2 ? 1 : 0 }
  }

  /// The wrong answer: 1 on the right half.
  public func reversedSubject() throws -> MetricSubject {
    try subject { _, column in column < side / 2 ? 0 : 1 }
  }
}

/// What answers for the explainer of a map on an ``EvidenceModel``: it finds the evidence, whatever becomes of the image.
///
/// The map of class 1 is the left half and that of class 0 the right one; of random weights it is the other way round.
struct EvidenceExplainer: Explainer {
  static let descriptor = ExplainerDescriptor(
    id: "evidence", title: "Evidence", summary: "Finds the evidence of a model whose evidence is known",
    family: .baseline, needs: [], isClassSpecific: true, scores: .magnitude, forwardPasses: "1",
    backwardPasses: "0",
    citation: Citation(authors: "none", title: "none", venue: "none", year: 2026, identifier: "none"))
  let options = NoOptions()

  init() {}
  init(options: NoOptions) {}

  func recording(for model: ModelDescriptor) -> Recording { Recording() }

  func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    let grid = trace.layout.grid
    let isRandomised = (model as? EvidenceModel)?.isRandomised ?? false
    return try targets.map { _, _, classIndex in
      let scores = (0..<grid.count).map { patch -> Float in
        let isLeft = patch % grid.columns < grid.columns / 2
        return isLeft == ((classIndex == 1) != isRandomised) ? 1 : 0
      }
      return try Attribution(scores: scores, of: trace, classIndex: classIndex, by: self)
    }
  }
}

extension EvidenceModel {
  /// The value of a metric for a map of this model.
  func value(_ metric: some Metric, of subject: MetricSubject, batchSize: Int = 8) throws -> MetricValue? {
    try metric.evaluate(
      subject, using: self, explainer: EvidenceExplainer(), randomised: { _ in randomised },
      batchSize: batchSize)
  }

  /// The answers to a round, one by one.
  func answers(
    to logits: FramePlan, _ maps: [MapRequest], for subject: MetricSubject
  ) throws -> MetricAnswers {
    MetricAnswers(
      logits: try (0..<logits.count).map { index in
        let batch = FrameBatch([logits[index].content], of: [subject.image.input])
        return LogitRow(try batch.logits(of: self)[0].elements, meaning: descriptor.output).answer(
          about: subject.classIndex)
      },
      maps: try maps.map { request in
        let model = request.model == .same ? self : randomised
        let batch = FrameBatch([request.frame.content], of: [subject.image.input])
        return try EvidenceExplainer().explain(
          batch.input, targets: .classes([request.classIndex ?? subject.classIndex]), using: model)[0][0]
          .scores
      })
  }
}
