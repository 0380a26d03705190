import XAIFoundation
import XAITensor

/// Options of an explainer that shows a model changed inputs.
public protocol PerturbationExplainerOptions: OutputScoreOptions {
  /// Inputs that the model sees at once.
  var batch: Int { get set }
}

extension PerturbationExplainerOptions {
  /// The row of the table for ``batch``.
  public static var batchOption: OptionSpec<Self> {
    OptionSpec(
      "batch", \.batch, "inputs that the model sees at once", allowed: "a whole number from 1",
      where: { $0 > 0 })
  }
}

/// An explainer that scores patches by how a class fares on changed inputs.
///
/// It says how one image is changed, and what the scores of the classes on these inputs make of its patches; showing them to
/// the model is the same for all of them. All targets of an image share its passes.
public protocol PerturbationExplainer: Explainer where Options: PerturbationExplainerOptions {
  /// How an image of a trace is changed.
  func perturbation(of image: Int, in trace: ForwardTrace, using model: any Model) throws -> Perturbation
}

/// How an explainer changes an image, and what it makes of the model's answers.
public struct Perturbation {
  /// The changed inputs.
  public let frames: FramePlan
  /// The scores of the patches, row by row, one list a class.
  public let scores: (PerturbedScores) throws -> [[Float]]

  /// Says both.
  public init(_ frames: FramePlan, scores: @escaping (PerturbedScores) throws -> [[Float]]) {
    self.frames = frames
    self.scores = scores
  }
}

/// The scores of the classes that are asked about, on an image and on changed inputs of it.
public struct PerturbedScores {
  /// Those on the image itself, one per class.
  public let whole: [Double]
  /// Those on the changed inputs: `values[frame][class]`.
  public fileprivate(set) var values: [[Double]]
  /// The frames in the order in which the model saw them: those of equally many patches come together.
  public fileprivate(set) var order: [Int] = []
  /// How far rounding may have moved the scores of each class.
  fileprivate var rounding: [Double] = []

  /// The scores of one class, a frame each.
  public func values(of target: Int) -> [Double] { values.map { $0[target] } }

  /// The scores of patches where those of the changed inputs are all the same: their mean, and 0 where that is rounding.
  ///
  /// The rest is the rounding of sums and equations, or the pattern of the changes themselves.
  fileprivate func levelled(_ patches: [Float], _ target: Int) -> [Float] {
    let mean = patches.reduce(0) { $0 + Double($1) } / Double(max(patches.count, 1))
    return patches.map { _ in abs(mean) <= rounding[target] ? 0 : Float(mean) }
  }

  /// Whether a class's score is the same on all changed inputs except for rounding: they say nothing about it then.
  fileprivate func isConstant(_ target: Int) -> Bool {
    guard values.count > 1, let first = values.first?[target] else { return false }
    let (low, high) = values.reduce((first, first)) { (min($0.0, $1[target]), max($0.1, $1[target])) }
    return high - low <= rounding[target]
  }
}

extension PerturbationExplainer {
  /// Needs the logits.
  public func recording(for model: ModelDescriptor) throws -> Recording { Recording() }

  /// Explains every image; all targets of an image share its passes.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    try trace.check(targets)
    let perturbations = try targets.classes.indices.map {
      try perturbation(of: $0, in: trace, using: model)
    }
    var runner = try FrameRunner(
      self, model: model, batchSize: options.batch, total: perturbations.reduce(0) { $0 + $1.frames.count })
    return try targets.classes.enumerated().map { image, classes in
      let (frames, score, meaning) = (perturbations[image].frames, options.score, model.descriptor.output)
      var scores = PerturbedScores(
        whole: trace.logits[image].onHost("logits").withElements {
          score.values(of: classes, in: $0, meaning: meaning)
        },
        values: [[Double]](repeating: [], count: frames.count), rounding: classes.map { _ in 0 })
      try runner.run(frames, of: trace.input[image]) { frame, logits in
        let values = score.values(of: classes, in: logits, meaning: meaning)
        scores.values[frame] = values
        scores.rounding = zip(scores.rounding, score.rounding(of: values, in: logits)).map(max)
        scores.order.append(frame)
      }
      return try perturbations[image].scores(scores).enumerated().map { target, patches in
        try Attribution(
          scores: scores.isConstant(target) ? scores.levelled(patches, target) : patches, of: trace,
          classIndex: classes[target], by: self)
      }
    }
  }
}

/// Which output of a model stands for a class.
public enum OutputScore: String, OptionValue, CaseIterable {
  /// The probability, by what the model's outputs mean.
  case probability
  /// The logit: it doesn't depend on the other classes, and doesn't saturate.
  case logit

  /// The scores of some classes in a row of logits; NaN for a probability where the outputs have none.
  public func values(
    of classes: [Int], in logits: UnsafeBufferPointer<Float>, meaning: OutputMeaning
  ) -> [Double] {
    switch self {
    case .logit: return classes.map { Double(logits[$0]) }
    case .probability:
      let probabilities = Probabilities<Double>(of: logits, meaning: meaning)
      return classes.map { probabilities?.probability(ofLogit: logits[$0]) ?? .nan }
    }
  }
}

extension OutputScore {
  /// How far rounding may move scores: a logit by 2⁻²⁰ of the largest of its row, which is what is left of the rounding of a
  /// forward pass in single precision; a probability by as much times its slope, and by the rounding of sums in double.
  package func rounding(of values: [Double], in logits: UnsafeBufferPointer<Float>) -> [Double] {
    let logit = Double(logits.reduce(0) { max($0, abs($1)) }) * 0x1p-20
    switch self {
    case .logit: return values.map { _ in logit }
    case .probability: return values.map { 2 * $0 * (1 - $0) * logit + $0 * 0x1p-40 }
    }
  }
}

/// Options of an explainer that computes with one output of the model for each class.
public protocol OutputScoreOptions: PluginOptions {
  /// Which output stands for a class.
  var score: OutputScore { get }
}
