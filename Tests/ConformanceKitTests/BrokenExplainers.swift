import Synchronization
import XAICore
import XAITensor

/// What a broken explainer does wrong.
enum Fault: String, OptionValue, CaseIterable {
  case none
  case undeclaredNeed = "undeclared-need"
  case unrecorded
  case batchLeak = "batch-leak"
  case targetLeak = "target-leak"
  case wrongClass = "wrong-class"
  case missingMap = "missing-map"
  case random
  case readsExtra = "reads-extra"
  case namelessRefusal = "nameless-refusal"
  case negativeScore = "negative-score"
  case firstRow = "first-row"
  case classTokenRow = "class-token-row"
  case prefixAsPatches = "prefix-as-patches"
  case countedPatches = "counted-patches"
  case trappedPatches = "trapped-patches"
}

protocol FaultyExplainer: Explainer where Options == NoOptions {
  static var fault: Fault { get }
}

private let calls = Mutex(0)

/// Σ_i w_i·A[i, :] of the first head in layer 0, with the weights of the readout.
private func readoutRow(_ trace: ForwardTrace, image: Int) throws -> [Float] {
  let attention = try trace.attention(ofLayer: 0)[image][0]
  var row = [Float](repeating: 0, count: trace.layout.tokenCount)
  for (token, weight) in trace.layout.readoutWeights.enumerated() where weight != 0 {
    for (index, value) in attention[token].elements.enumerated() { row[index] += weight * value }
  }
  return row
}

extension FaultyExplainer {
  var options: NoOptions { NoOptions() }
  var needsIsotropicLayers: String? {
    Self.fault == .namelessRefusal ? nil : "it reads a row of all tokens"
  }

  func recording(for model: ModelDescriptor) throws -> Recording {
    if Self.fault == .namelessRefusal, !model.layout.layers.isEmpty { throw TargetError.malformed("tokens") }
    return Recording(attention: Self.fault == .unrecorded ? .none : .some([0]))
  }

  /// The readout row of the first head in layer 0 to a power that is one more than the class.
  func explain(from trace: ForwardTrace, targets: Targets, using model: any Model) throws -> [[Attribution]] {
    if Self.fault == .undeclaredNeed {
      _ = try model.forward(
        trace.input, recording: Recording(activations: [ActivationPoint(layer: 0, place: .output)]))
    }
    let call = calls.withLock { count in
      count += 1
      return count
    }
    var result = try targets.map { image, target, classIndex in
      let entries = try row(of: image, trace)
      let patches =
        switch Self.fault {
        case .prefixAsPatches: 0..<trace.layout.grid.count
        case .countedPatches, .trappedPatches: 1..<trace.layout.tokenCount
        default: trace.layout.patches
        }
      if Self.fault == .trappedPatches, patches.count != trace.layout.grid.count {
        fatalError("not the patches")
      }
      var exponent = 1 + classIndex
      if Self.fault == .batchLeak { exponent += image }
      if Self.fault == .targetLeak { exponent += target }
      if Self.fault == .readsExtra { exponent += trace.attention.count }
      var scores = entries[patches].map { power($0, exponent) }
      if Self.fault == .random { scores[0] += Float(call) }
      if Self.fault == .negativeScore { scores = scores.map { -$0 } }
      return try Attribution(
        scores: scores, of: trace, classIndex: Self.fault == .wrongClass ? 0 : classIndex, by: self)
    }
    if Self.fault == .missingMap { result[0].removeLast() }
    return result
  }

  private func row(of image: Int, _ trace: ForwardTrace) throws -> [Float] {
    let classToken = trace.layout.prefix.firstIndex(of: .classToken)
    return switch (Self.fault, classToken) {
    case (.firstRow, _): try trace.attention(ofLayer: 0)[image][0][0].elements
    case (.classTokenRow, let token?): try trace.attention(ofLayer: 0)[image][0][token].elements
    default: try readoutRow(trace, image: image)
    }
  }
}

private func power(_ base: Float, _ exponent: Int) -> Float { (0..<exponent).reduce(1) { x, _ in x * base } }

private let citation = Citation(authors: "A", title: "T", venue: "V", year: 2020, identifier: "I")

/// A descriptor that is right except for what an argument changes.
private func describe(
  _ id: String = "toy", summary: String = "Shows something", needs: Capabilities = .attention,
  family: ExplainerDescriptor.Family = .attention, isClassSpecific: Bool = true,
  scores: ScoreMeaning = .magnitude, forwardPasses: String = "1"
) -> ExplainerDescriptor {
  ExplainerDescriptor(
    id: id, title: "Toy", summary: summary, family: family, needs: needs,
    isClassSpecific: isClassSpecific, scores: scores,
    forwardPasses: forwardPasses, backwardPasses: "0", citation: citation)
}

/// The one that is right.
struct RightExplainer: FaultyExplainer {
  static let (descriptor, fault) = (describe(), Fault.none)
  init(options: NoOptions) {}
}

struct UndeclaredNeed: FaultyExplainer {
  static let (descriptor, fault) = (describe(), Fault.undeclaredNeed)
  init(options: NoOptions) {}
}

struct UnrecordedRead: FaultyExplainer {
  static let (descriptor, fault) = (describe(), Fault.unrecorded)
  init(options: NoOptions) {}
}

struct ReadsExtra: FaultyExplainer {
  static let (descriptor, fault) = (describe(), Fault.readsExtra)
  init(options: NoOptions) {}
}

struct BatchLeak: FaultyExplainer {
  static let (descriptor, fault) = (describe(), Fault.batchLeak)
  init(options: NoOptions) {}
}

struct TargetLeak: FaultyExplainer {
  static let (descriptor, fault) = (describe(), Fault.targetLeak)
  init(options: NoOptions) {}
}

struct WrongClass: FaultyExplainer {
  static let (descriptor, fault) = (describe(), Fault.wrongClass)
  init(options: NoOptions) {}
}

struct MissingMap: FaultyExplainer {
  static let (descriptor, fault) = (describe(), Fault.missingMap)
  init(options: NoOptions) {}
}

struct RandomMap: FaultyExplainer {
  static let (descriptor, fault) = (describe(), Fault.random)
  init(options: NoOptions) {}
}

/// Reads the first token, whatever the logits are read from.
struct FirstRow: FaultyExplainer {
  static let (descriptor, fault) = (describe(), Fault.firstRow)
  init(options: NoOptions) {}
}

/// Reads the class token where there is one, and the readout elsewhere.
struct ClassTokenRow: FaultyExplainer {
  static let (descriptor, fault) = (describe(), Fault.classTokenRow)
  init(options: NoOptions) {}
}

/// Reads the first token in a method of many passes, whose scores needn't follow patches that change places.
struct ManyPasses: FaultyExplainer {
  static let (descriptor, fault) = (describe(forwardPasses: "1 + samples"), Fault.firstRow)
  init(options: NoOptions) {}
}

/// Takes the first tokens for patches.
struct PrefixAsPatches: FaultyExplainer {
  static let (descriptor, fault) = (describe(), Fault.prefixAsPatches)
  init(options: NoOptions) {}
}

/// Takes all tokens but the first for patches.
struct CountedPatches: FaultyExplainer {
  static let (descriptor, fault) = (describe(), Fault.countedPatches)
  init(options: NoOptions) {}
}

/// Takes all tokens but the first for patches, and traps where they are another number.
struct TrappedPatches: FaultyExplainer {
  static let (descriptor, fault) = (describe(), Fault.trappedPatches)
  init(options: NoOptions) {}
}

/// Declares that the class makes no difference.
struct ClassAgnosticLie: FaultyExplainer {
  static let (descriptor, fault) = (describe(isClassSpecific: false), Fault.none)
  init(options: NoOptions) {}
}

/// Declares magnitudes, and gives a negative score.
struct NegativeMagnitude: FaultyExplainer {
  static let (descriptor, fault) = (describe(), Fault.negativeScore)
  init(options: NoOptions) {}
}

/// Has signed scores with its defaults, and a descriptor that says otherwise.
struct TwoMeanings: FaultyExplainer {
  static let (descriptor, fault) = (describe(), Fault.negativeScore)
  let scoreMeaning = ScoreMeaning.signed
  init(options: NoOptions) {}
}

/// Asks for the gradient of a point that it doesn't name.
struct UndeclaredGradient: Explainer {
  static let descriptor = describe(needs: [.attention, .activationGradients])
  let options: NoOptions
  let needsIsotropicLayers: String? = "it reads a row of all tokens"
  func recording(for model: ModelDescriptor) throws -> Recording {
    Recording(attention: .some([0]), gradients: true)
  }
  func explain(from trace: ForwardTrace, targets: Targets, using model: any Model) throws -> [[Attribution]] {
    _ = try model.differentiable().backward(
      from: trace.cotangent(of: targets, contrast: .none), through: trace,
      requesting: GradientRequest(activations: [ActivationPoint(layer: 1, place: .values)]))
    return try RightExplainer(options: NoOptions()).explain(from: trace, targets: targets, using: model).map {
      try $0.map { try Attribution(scores: $0.scores, of: trace, classIndex: $0.classIndex, by: self) }
    }
  }
}

/// Declares a need that it never uses.
struct IdleNeed: FaultyExplainer {
  static let (descriptor, fault) = (describe(needs: [.attention, .inputGradients]), Fault.none)
  init(options: NoOptions) {}
}

/// Refuses models whose layers have tokens of their own, and doesn't say why.
struct NamelessRefusal: FaultyExplainer {
  static let (descriptor, fault) = (describe(), Fault.namelessRefusal)
  init(options: NoOptions) {}
}

/// Has an id that is not kebab-case and a summary that ends in a full stop.
struct UntidyDescriptor: FaultyExplainer {
  static let (descriptor, fault) = (describe("Toy_Map", summary: "Shows something."), Fault.none)
  init(options: NoOptions) {}
}

/// Options of which one is not written back.
struct ForgetfulOptions: PluginOptions {
  var strength = 1
  var doubles = false

  static let table: [OptionSpec<Self>] = [
    OptionSpec("strength", \.strength, "how strong"),
    // Setting it changes what `strength` says, so both can't be read back.
    OptionSpec("doubles", \.twice, "whether it is twice as strong"),
  ]

  private var twice: Bool {
    get { doubles }
    set {
      doubles = newValue
      if newValue { strength *= 2 }
    }
  }
}

struct ForgetfulExplainer: Explainer {
  static let descriptor = describe()
  let options: ForgetfulOptions
  let needsIsotropicLayers: String? = "it reads a row of all tokens"
  func recording(for model: ModelDescriptor) throws -> Recording {
    try RightExplainer(options: NoOptions()).recording(for: model)
  }
  func explain(from trace: ForwardTrace, targets: Targets, using model: any Model) throws -> [[Attribution]] {
    try RightExplainer(options: NoOptions()).explain(from: trace, targets: targets, using: model)
  }
}

struct CountOptions: PluginOptions {
  var count = 8

  static let table: [OptionSpec<Self>] = [
    OptionSpec("count", \.count, "how many", allowed: "a whole number from 1", where: { $0 > 0 })
  ]
}

/// Finds only when it is at work that a number is too small.
struct LateRefusal: Explainer {
  static let descriptor = describe()
  let options: CountOptions
  let needsIsotropicLayers: String? = "it reads a row of all tokens"
  func recording(for model: ModelDescriptor) throws -> Recording {
    try RightExplainer(options: NoOptions()).recording(for: model)
  }
  func explain(from trace: ForwardTrace, targets: Targets, using model: any Model) throws -> [[Attribution]] {
    guard options.count > 1 else {
      throw OptionError.outOfRange(option: "count", value: "1", allowed: "more")
    }
    return try RightExplainer(options: NoOptions()).explain(from: trace, targets: targets, using: model).map {
      try $0.map { try Attribution(scores: $0.scores, of: trace, classIndex: $0.classIndex, by: self) }
    }
  }
}

/// Declares that the class matters, and shows the same map for all.
struct ClassSpecificLie: Explainer {
  static let descriptor = describe()
  let options: NoOptions
  let needsIsotropicLayers: String? = "it reads a row of all tokens"
  func recording(for model: ModelDescriptor) throws -> Recording {
    try RightExplainer(options: NoOptions()).recording(for: model)
  }
  func explain(from trace: ForwardTrace, targets: Targets, using model: any Model) throws -> [[Attribution]] {
    try targets.map { image, _, classIndex in
      try Attribution(
        scores: Array(readoutRow(trace, image: image)[trace.layout.patches]), of: trace,
        classIndex: classIndex, by: self)
    }
  }
}

/// Says that it takes gradients, and lets nobody hold a class against another.
struct NoContrast: FaultyExplainer {
  static let (descriptor, fault) = (describe(family: .gradient), Fault.none)
  init(options: NoOptions) {}
}

struct IgnoredOptions: ContrastiveOptions {
  var contrast = Contrast.none

  static let table: [OptionSpec<Self>] = [contrastOption]
}

/// Takes a contrast and makes the same map.
struct IgnoredContrast: Explainer {
  static let descriptor = describe(family: .relevance)
  let options: IgnoredOptions
  let needsIsotropicLayers: String? = "it reads a row of all tokens"
  func recording(for model: ModelDescriptor) throws -> Recording {
    try RightExplainer(options: NoOptions()).recording(for: model)
  }
  func explain(from trace: ForwardTrace, targets: Targets, using model: any Model) throws -> [[Attribution]] {
    try targets.map { image, _, classIndex in
      let scores = try readoutRow(trace, image: image)[trace.layout.patches]
      return try Attribution(
        scores: scores.map { power($0, 1 + classIndex) }, of: trace, classIndex: classIndex, by: self)
    }
  }
}
