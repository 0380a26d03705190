import XAIFoundation
public import XAITensor

/// What a class is held against: why this one rather than that.
///
/// A backward pass goes back from a linear function of the logits. Without contrast it is the logit y_A of the class that is
/// asked about; with it, y_A − Σ_c w_c·y_c, so that what speaks for all of these classes alike cancels.
/// Sources: Selvaraju et al. 2017 (arXiv 1610.02391), counterfactual maps; Gu, Yang & Tresp 2018 (arXiv 1812.02100),
/// contrastive relevance; Iwana, Kuroki & Uchida 2019 (arXiv 1908.04351), weights by the softmax; Zhang et al. 2025, "Finer-CAM"
/// (arXiv 2501.11309), several similar classes.
public enum Contrast: OptionValue {
  /// Nothing: y_A.
  case none
  /// The likeliest other class B: y_A − y_B.
  case runnerUp
  /// The likeliest other classes, as many as it says, all alike: y_A − 1/n·Σ_c y_c.
  case top(Int)
  /// All other classes by their probability: y_A − Σ_{c≠A} p_c/(1 − p_A)·y_c, whose gradient is that of the log-odds of A.
  case others
  /// One class B, from 0: y_A − y_B.
  case classIndex(Int)

  /// Reads `none`, `runner-up`, `top:3`, `others` or a class index.
  public init?(optionText: String) {
    switch optionText {
    case "none": self = .none
    case "runner-up": self = .runnerUp
    case "others": self = .others
    case _ where optionText.hasPrefix("top:"):
      guard let count = Int(optionText.dropFirst(4)), count > 0 else { return nil }
      self = .top(count)
    default:
      guard let index = Int(optionText), index >= 0 else { return nil }
      self = .classIndex(index)
    }
  }

  /// The word, or the class index.
  public var optionText: String {
    switch self {
    case .none: "none"
    case .runnerUp: "runner-up"
    case .top(let count): "top:\(count)"
    case .others: "others"
    case .classIndex(let index): String(index)
    }
  }

  /// The words, or a class index.
  public static let allowedOptionText = "none | runner-up | top:N | others | a class index"
  /// The words.
  public static let optionTexts = ["none", "runner-up", "others"]

  /// Throws when the class that others are held against is not one of the model's, when there aren't as many others, and when
  /// others are to be weighted by probabilities that they don't share.
  func check(fits model: ModelDescriptor) throws(OptionError) {
    guard self != .others || model.output == .softmax else {
      throw .outOfRange(
        option: "contrast", value: optionText,
        allowed: "none, runner-up, top:N or a class index: the outputs of \(model.name) share no softmax")
    }
    if case .top(let count) = self, count >= model.classCount {
      let others = model.classCount - 1
      throw .outOfRange(
        option: "contrast", value: optionText,
        allowed: others > 0
          ? "top:1 to top:\(others): there are \(others) other classes"
          : "none: \(model.name) has no other class")
    }
    guard case .classIndex(let index) = self, index >= model.classCount else { return }
    throw .outOfRange(
      option: "contrast", value: String(index),
      allowed: "classes 0 to \(model.classCount - 1)")
  }

  /// The classes that are subtracted from `classIndex`, with their weights; equal logits count the lower class first.
  func subtracted(from classIndex: Int, logits: UnsafeBufferPointer<Float>) throws(TargetError)
    -> [(classIndex: Int, weight: Float)]
  {
    let rest = logits.indices.filter { $0 != classIndex }
    switch self {
    case .none: return []
    case .runnerUp:
      let highest = rest.max { logits[$0] < logits[$1] || (logits[$0] == logits[$1] && $0 > $1) }
      return highest.map { [(classIndex: $0, weight: Float(1))] } ?? []
    case .top(let count):
      guard count <= rest.count else { throw .tooFewOthers(count, others: rest.count) }
      let likeliest = rest.sorted { (logits[$1], $0) < (logits[$0], $1) }.prefix(count)
      return likeliest.map { (classIndex: $0, weight: 1 / Float(count)) }
    case .classIndex(let index):
      guard index != classIndex else { throw .contrastWithItself(index) }
      guard index < logits.count else { throw .unknownIndex(index, classCount: logits.count, called: nil) }
      return [(classIndex: index, weight: 1)]
    case .others:
      // p_c/(1 − p_A) is the softmax of the other classes alone.
      let softmax = Softmax<Double>(rest.map { logits[$0] })
      return rest.map { (classIndex: $0, weight: Float(softmax.share(of: logits[$0]))) }
    }
  }
}

/// Options of an explainer that asks about a class by a backward pass, and so can ask why it rather than another.
///
/// The conformance kit finds an explainer with gradients whose options are not of this kind, or that don't use it.
public protocol ContrastiveOptions: PluginOptions {
  /// What the class is held against.
  var contrast: Contrast { get set }
}

extension ContrastiveOptions {
  /// The option's row of the table.
  public static var contrastOption: OptionSpec<Self> {
    OptionSpec("contrast", \.contrast, "what the class is held against: why it rather than that")
  }
}

extension ForwardTrace {
  /// What a backward pass begins with: the gradient of y_A − share·Σ_c w_c·y_c with respect to the logits, [k·B, classes].
  ///
  /// - Parameters:
  ///   - targets: the classes A of each image.
  ///   - contrast: what they are held against.
  ///   - share: how much of what they are held against is subtracted.
  /// - Throws: `TargetError` where targets are not those of the trace's images, or not of the model's classes, and where a class
  ///   would be held against itself.
  public func cotangent(
    of targets: Targets, contrast: Contrast, share: Float = 1
  ) throws(TargetError) -> Tensor {
    try check(targets)
    let classCount = logits.shape[1]
    let own = try targets.cotangent(classCount: classCount)
    guard contrast != .none else { return own }
    var elements = own.elements
    let logits = logits.onHost("logits")
    for (image, classes) in targets.classes.enumerated() {
      for (target, classIndex) in classes.enumerated() {
        let start = targets.row(image: image, target: target) * classCount
        let subtracted = try logits[image].withElements { (logits) throws(TargetError) in
          try contrast.subtracted(from: classIndex, logits: logits)
        }
        for (other, weight) in subtracted { elements[start + other] -= share * weight }
      }
    }
    return Tensor(own.shape, elements)
  }
}
