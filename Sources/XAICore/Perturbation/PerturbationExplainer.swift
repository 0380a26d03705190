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

  /// The scores of one class, a frame each.
  public func values(of target: Int) -> [Double] { values.map { $0[target] } }
}

extension PerturbationExplainer {
  /// Needs the logits.
  public func recording(for model: ModelDescriptor) throws -> Recording { Recording() }

  /// Explains every image; all targets of an image share its passes.
  public func explain(
    _ trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    guard targets.countPerImage > 0 else { return targets.classes.map { _ in [] } }
    let perturbations = try targets.classes.indices.map {
      try perturbation(of: $0, in: trace, using: model)
    }
    var runner = FrameRunner(
      self, model: model, batchSize: options.batch, total: perturbations.reduce(0) { $0 + $1.frames.count })
    return try targets.classes.enumerated().map { image, classes in
      let (frames, score, meaning) = (perturbations[image].frames, options.score, model.descriptor.output)
      var scores = PerturbedScores(
        whole: trace.logits[image].onHost("logits").withElements {
          score.values(of: classes, in: $0, meaning: meaning)
        },
        values: [[Double]](repeating: [], count: frames.count))
      try runner.run(frames, of: trace.input[image]) { frame, logits in
        scores.values[frame] = score.values(of: classes, in: logits, meaning: meaning)
        scores.order.append(frame)
      }
      return try zip(classes, perturbations[image].scores(scores)).map { classIndex, scores in
        try Attribution(scores: scores, of: trace, classIndex: classIndex, by: self)
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

/// Options of an explainer that lets its users choose which output stands for a class.
public protocol OutputScoreOptions: PluginOptions {
  /// Which output stands for a class.
  var score: OutputScore { get }
}
