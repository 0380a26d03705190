public import XAICore
import XAIFoundation
import XAITensor

/// FovEx: where someone with a fovea would look to recognise the class.
///
/// The image is blurred except for what has been looked at. Each fixation is searched by the sign of the gradient of the
/// class's cross entropy with respect to its place, and the map is the sum of a spot a fixation. Source: Panda et al. 2024
/// (arXiv 2408.02123), with the choices of the authors' program.
public struct FovEx: Explainer {
  public static let descriptor = ExplainerDescriptor(
    id: "fovex", title: "FovEx",
    summary: "Looks for the places that must be seen sharply to recognise the class", family: .perturbation,
    needs: [.inputGradients], isClassSpecific: true, scores: .magnitude, forwardPasses: "1 + fixations·steps",
    backwardPasses: "fixations·steps",
    citation: Citation(
      authors: "Panda et al.",
      title: "FovEx: Human-Inspired Explanations for Vision Transformers and Convolutional Neural Networks",
      venue: "IJCV", year: 2025, identifier: "arXiv:2408.02123"))

  public let options: FovExOptions

  public init(options: FovExOptions = FovExOptions()) {
    self.options = options
  }

  /// It computes with probabilities, whatever the options.
  public var needsProbabilities: Bool { true }

  /// Needs the logits: the passes with gradients are over other images.
  public func recording(for model: ModelDescriptor) -> Recording { Recording() }

  /// Explains every image and target, as many at once as a batch has.
  public func explain(
    from trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    try trace.check(targets)
    let blur = ReflectedBlur(standardDeviation: options.blur, reach: options.reach)
    let images = targets.classes.indices.map { image in
      (sharp: trace.input[image], blurred: blur(trace.input[image]))
    }
    let asked = targets.classes.enumerated().flatMap { image, classes in classes.map { (image, $0) } }
    var maps: [[Double]] = []
    for start in stride(from: 0, to: asked.count, by: options.batch) {
      let chunk = asked[start..<min(start + options.batch, asked.count)]
      var gazes = chunk.map { image, _ in
        Gaze(images[image].sharp, blurred: images[image].blurred, options: options)
      }
      try look(&gazes, classes: chunk.map(\.1), using: model, done: start, of: asked.count)
      // Without a gradient anywhere the places are those of chance.
      maps += gazes.map { $0.wasPulled ? $0.map : $0.map.map { _ in 0 } }
    }
    let cells = PatchCells(of: trace)
    return try targets.map { image, target, classIndex in
      try Attribution(
        scores: cells.means(of: maps[image * targets.countPerImage + target]), of: trace,
        classIndex: classIndex, by: self)
    }
  }

  /// Makes all fixations of some gazes, together.
  private func look(
    _ gazes: inout [Gaze], classes: [Int], using model: any Model, done: Int, of total: Int
  ) throws {
    let passes = options.fixations * options.steps
    for fixation in 0..<options.fixations {
      for step in 0..<options.steps {
        let (losses, gradient) = try losses(of: gazes, classes: classes, using: model)
        // The same for every image and class, so that no map depends on what else is in a batch.
        var random = SeededRandom(
          seed: UInt64(bitPattern: Int64(options.seed)), UInt64(fixation), UInt64(step))
        let other = SIMD2(Double(random.uniform()), Double(random.uniform())) * 2 - 1
        for row in gazes.indices {
          gazes[row].step(loss: losses[row], inputGradient: gradient[row], other: other)
        }
        try PassProgress.tell(
          PassCount(
            explainer: specification,
            done: done * passes + gazes.count * (fixation * options.steps + step + 1), total: total * passes))
      }
      for row in gazes.indices { gazes[row].fixate() }
    }
  }

  /// The cross entropy of each gaze's class, and its gradient at the input, [gazes, 3, H, W].
  private func losses(of gazes: [Gaze], classes: [Int], using model: any Model) throws -> ([Double], Tensor) {
    let shape = gazes[0].shape
    let input = Tensor(TensorShape([gazes.count] + shape.extents)) { elements in
      for (row, gaze) in gazes.enumerated() { gaze.write(to: elements + row * shape.count) }
    }
    let trace = try model.forward(input, recording: Recording(gradients: true))
    let logits = try model.finite(trace.logits, of: input)
    let (classCount, meaning) = (model.descriptor.classCount, model.descriptor.output)
    var losses: [Double] = []
    let cotangent = Tensor([gazes.count, classCount]) { elements in
      for (row, classIndex) in classes.enumerated() {
        let probabilities = logits[row].withElements {
          OutputScore.probability.values(of: Array(0..<classCount), in: $0, meaning: meaning)
        }
        losses.append(-logarithm(max(probabilities[classIndex], .leastNormalMagnitude)))
        // ∂(−log p_c)/∂z is p − [k = c] of a softmax; of a sigmoid, no other class counts.
        for (index, probability) in probabilities.enumerated() {
          let counts = meaning == .softmax || index == classIndex
          elements[row * classCount + index] =
            counts ? Float(probability - (index == classIndex ? 1 : 0)) : 0
        }
      }
    }
    let gradients = try model.differentiable().backward(
      from: cotangent, through: trace, requesting: GradientRequest(input: true))
    guard let gradient = gradients.input else { throw ModelError.notRecorded("gradient of the input") }
    // The search takes its sign alone, which NaN has none of.
    if let first = NotFiniteTensor(gradient, .inputGradient) {
      throw AttributionError.notFinite(explainer: specification, first: first)
    }
    return (losses, gradient)
  }
}

/// The options of FovEx.
public struct FovExOptions: SeededOptions {
  /// Places that are looked at.
  public var fixations = 10
  /// Steps of the search for each.
  public var steps = 20
  /// How far a step goes, the image being 2 wide and high.
  public var rate = 0.1
  /// The fovea: sharpness falls off as exp(−distance² / fovea), the image being 2 wide and high.
  public var fovea = 0.15
  /// The deviation of the blur, in pixels.
  public var blur = 10.0
  /// How far the blur reaches, in pixels.
  public var reach = 20
  /// How much of what was seen sharply stays so at the next fixation.
  public var forgetting = 0.1
  /// The spot that a fixation leaves on the map, as the fovea is written.
  public var spot = 0.15
  /// The seed of the places that a search starts anew from.
  public var seed = 0
  /// Images and classes that the model sees at once.
  public var batch = 4

  /// Makes the defaults: those of the authors' program.
  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "fixations", \.fixations, "places that are looked at", allowed: "a whole number from 1 to 1000",
      where: { (1...1000).contains($0) }),
    OptionSpec(
      "steps", \.steps, "steps of the search for each", allowed: "a whole number from 1 to 1000",
      where: { (1...1000).contains($0) }),
    OptionSpec("rate", \.rate, "how far a step goes", allowed: "a number above 0", where: { $0 > 0 }),
    OptionSpec(
      "fovea", \.fovea, "sharpness falls off as exp(-distance²/fovea)", allowed: "a number above 0",
      where: { $0 > 0 }),
    OptionSpec(
      "blur", \.blur, "the deviation of the blur, in pixels", allowed: "a number above 0",
      where: { $0 > 0 }),
    OptionSpec(
      "reach", \.reach, "how far the blur reaches, in pixels", allowed: "a whole number from 1 to 1000",
      where: { (1...1000).contains($0) }),
    OptionSpec(
      "forgetting", \.forgetting, "how much of what was seen sharply stays so at the next fixation",
      allowed: "a number from 0 to 1", where: { (0...1).contains($0) }),
    OptionSpec(
      "spot", \.spot, "the spot that a fixation leaves on the map, as the fovea is written",
      allowed: "a number above 0", where: { $0 > 0 }),
    seedOption(for: "places to start anew from"),
    OptionSpec(
      "batch", \.batch, "images and classes that the model sees at once", allowed: "a whole number from 1",
      where: { $0 > 0 }),
  ]
}
