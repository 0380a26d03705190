public import XAICore
public import XAIFoundation

/// How a model is trained; together with the data and the first weights it decides the last weights, bit for bit.
public struct Recipe: PluginOptions {
  /// Which update rule.
  public enum Rule: String, OptionValue, CaseIterable, Codable {
    /// Kingma and Ba 2015 (arXiv 1412.6980); weight decay is added to the gradient.
    case adam
    /// Loshchilov and Hutter 2019 (arXiv 1711.05101); weight decay shrinks the weights.
    case adamW = "adamw"
  }

  /// How the learning rate goes after the warm-up.
  public enum Schedule: String, OptionValue, CaseIterable, Codable {
    /// As it is.
    case constant
    /// Along half a cosine down to 0 at the last step.
    case cosine
  }

  /// How an image is cut at random.
  public enum Crop: String, OptionValue, CaseIterable, Codable {
    /// Not at all: as it is prepared when the model is used.
    case none
    /// The input size from anywhere in an image that was resized to 8/7 of it.
    case shifted
    /// A part of random area and aspect ratio, resized to the input size.
    case resized
  }

  /// Which parameters are trained.
  public enum Scope: String, OptionValue, CaseIterable, Codable {
    /// All.
    case model
    /// Those of the classifier.
    case head
  }

  /// The update rule.
  public var rule = Rule.adamW
  /// The learning rate after the warm-up.
  public var learningRate = 1e-4
  /// The decay of the mean of the gradients.
  public var beta1 = 0.9
  /// The decay of the mean of their squares.
  public var beta2 = 0.999
  /// What is added to the root of the squares.
  public var epsilon = 1e-8
  /// The weight decay of matrices; biases, norms, tokens and positions have none.
  public var weightDecay = 0.05
  /// Steps in which the learning rate rises from 0 in a straight line.
  public var warmUpSteps = 0
  /// How the learning rate goes after that.
  public var schedule = Schedule.cosine
  /// The greatest norm that the gradient of a step may have, longer ones being scaled down; 0 for any.
  public var clip = 1.0
  /// The share of a label that is spread over all classes.
  public var labelSmoothing = 0.0
  /// Images of a step.
  public var batchSize = 32
  /// Images that go through the model at once; the gradients of a step's parts are added.
  public var microBatchSize = 8
  /// Passes over the training images; need not be whole.
  public var epochs = 1.0
  /// How images are cut.
  public var crop = Crop.shifted
  /// The smallest share of an image's area that `resized` cuts out.
  public var cropScale = 0.5
  /// Whether every second image, by chance, is mirrored left to right.
  public var flip = true
  /// Which parameters are trained.
  public var scope = Scope.model
  /// Decides the order of images, their crops, and the first weights of what is new.
  public var seed = 0

  /// The defaults, for fine-tuning.
  public init() {}

  /// Every option as users write it.
  public static let table: [OptionSpec<Recipe>] = [
    OptionSpec("optimizer", \.rule, "The update rule"),
    OptionSpec(
      "learning-rate", \.learningRate, "The learning rate after the warm-up", allowed: "a number above 0",
      where: { $0 > 0 }),
    OptionSpec(
      "beta1", \.beta1, "The decay of the gradients' mean", allowed: "from 0 to less than 1",
      where: { (0..<1).contains($0) }),
    OptionSpec(
      "beta2", \.beta2, "The decay of the squared gradients' mean", allowed: "from 0 to less than 1",
      where: { (0..<1).contains($0) }),
    OptionSpec(
      "epsilon", \.epsilon, "What is added to the root of the squared gradients", allowed: "a number above 0",
      where: { $0 > 0 }),
    OptionSpec(
      "weight-decay", \.weightDecay, "The weight decay of matrices", allowed: "a number from 0",
      where: { $0 >= 0 }),
    OptionSpec(
      "warm-up", \.warmUpSteps, "Steps in which the learning rate rises", allowed: "a whole number from 0",
      where: { $0 >= 0 }),
    OptionSpec("schedule", \.schedule, "How the learning rate goes after the warm-up"),
    OptionSpec(
      "clip", \.clip, "The greatest norm of a step's gradient, 0 for any", allowed: "a number from 0",
      where: { $0 >= 0 }),
    OptionSpec(
      "label-smoothing", \.labelSmoothing, "The share of a label that is spread over all classes",
      allowed: "from 0 to less than 1", where: { (0..<1).contains($0) }),
    OptionSpec(
      "batch-size", \.batchSize, "Images of a step", allowed: "a whole number from 1 to 65536",
      where: { (1...65_536).contains($0) }),
    OptionSpec(
      "micro-batch", \.microBatchSize,
      "Images that go through the model at once; bounds the memory, and rounds differently",
      allowed: "a whole number from 1 to 65536", where: { (1...65_536).contains($0) }),
    OptionSpec(
      "epochs", \.epochs, "Passes over the training images, whole or not", allowed: "a number above 0",
      where: { $0 > 0 && $0 <= 1e6 }),
    OptionSpec("crop", \.crop, "How images are cut at random"),
    OptionSpec(
      "crop-scale", \.cropScale, "The smallest share of an image's area that 'resized' cuts out",
      allowed: "above 0, to 1", where: { $0 > 0 && $0 <= 1 }),
    OptionSpec("flip", \.flip, "Whether every second image, by chance, is mirrored"),
    OptionSpec("scope", \.scope, "Which parameters are trained"),
    OptionSpec("seed", \.seed, "Decides order, crops and the first weights of what is new"),
  ]

  /// Settings by name.
  public static let presets: [Preset<Recipe>] = [
    .fineTune, .scratch, .adam,
  ]

  /// The learning rate of a step, counted from 0.
  ///
  /// Over W warm-up steps rate·(step + 1)/W; then rate, or rate·(1 + cos(π·(step − W)/(steps − W)))/2.
  public func learningRate(ofStep step: Int, of steps: Int) -> Double {
    if step < warmUpSteps { return learningRate * Double(step + 1) / Double(warmUpSteps) }
    guard schedule == .cosine, steps > warmUpSteps else { return learningRate }
    return learningRate * (1 + cosine(.pi * Double(step - warmUpSteps) / Double(steps - warmUpSteps))) / 2
  }
}

extension Preset where Options == Recipe {
  /// AdamW with a cosine, for a trained model on new images.
  public static var fineTune: Self {
    Preset("fine-tune", "AdamW with a cosine, for a trained model on new images") { _ in }
  }

  /// AdamW with warm-up and a high learning rate, for a model that knows nothing.
  public static var scratch: Self {
    Preset("scratch", "AdamW with warm-up and a high learning rate, for a model that knows nothing") {
      ($0.learningRate, $0.warmUpSteps, $0.epochs) = (1e-3, 200, 20)
    }
  }

  /// Adam at a constant rate: 5e-5, batch 32, 100 epochs, as in arXiv 2504.19414.
  public static var adam: Self {
    Preset("adam", "Adam at a constant rate: 5e-5, batch 32, 100 epochs, as in arXiv 2504.19414") {
      ($0.rule, $0.learningRate, $0.weightDecay, $0.clip) = (.adam, 5e-5, 0, 0)
      ($0.schedule, $0.batchSize, $0.epochs) = (.constant, 32, 100)
      ($0.crop, $0.flip) = (.shifted, true)
    }
  }
}

extension Recipe {
  /// Where the first weights of what is new come from: a classifier of other classes, or a whole model.
  public var firstWeights: SeededRandom {
    SeededRandom(seed: UInt64(bitPattern: Int64(seed)), Stream.head.rawValue)
  }
}
