public import XAICore
import XAIFoundation
import XAIImage
public import XAITensor

/// What an explainer has to do on every layout of tokens: see ``ConformanceFailure/Check`` for what is checked.
public struct ExplainerConformance<Subject: Explainer>: Conformance {
  let models: [any Model]
  /// What models with symmetries run on; nil where the models are given.
  let symmetryKernels: (any Kernels)?
  let base: [(key: String, value: String)]

  /// Tries an explainer on models.
  ///
  /// - Parameters:
  ///   - type: the explainer.
  ///   - kernels: what the toy models run on.
  ///   - models: what it is tried on; by default every ``ToyModel`` and every ``HierarchicalToyModel``, and those with
  ///     symmetries.
  ///   - base: options that each setting begins with, such as fewer passes than the thousands of the defaults.
  public init(
    _ type: Subject.Type, on kernels: any Kernels = AvailableKernels.preferred.make(),
    models: [any Model]? = nil, with base: [(key: String, value: String)] = []
  ) {
    self.models =
      models ?? ToyModel.all.map { $0.make(on: kernels) }
      + HierarchicalToyModel.all.map { $0.make(on: kernels) }
    self.symmetryKernels = models == nil ? kernels : nil
    self.base = base
  }

  /// The settings of all options, each over the base; of options that name a place, each that the first model lists and
  /// that it is taken on with.
  var settings: [[(key: String, value: String)]] {
    (Subject.Options.settings() + placeSettings).map { over(base, $0) }
  }

  /// A setting over another: what it says counts.
  func over(
    _ base: [(key: String, value: String)], _ setting: [(key: String, value: String)]
  ) -> [(key: String, value: String)] {
    base.filter { option in !setting.contains { $0.key == option.key } } + setting
  }

  private var placeSettings: [[(key: String, value: String)]] {
    guard let model = models.first?.descriptor else { return [] }
    // In the order of the forward pass, each once.
    var places: [Place] = []
    for listed in model.layers.flatMap(\.places) where !places.contains(listed.place) {
      places.append(listed.place)
    }
    return Subject.Options.placeOptions.flatMap { option in
      places.map { [(key: option, value: $0.rawValue)] }.filter { setting in
        (try? make(over(base, setting)).check(fits: model)) != nil
      }
    }
  }

  func make(_ setting: [(key: String, value: String)]) throws -> Subject {
    try Subject(options: Subject.Options(setting, of: Subject.descriptor.id))
  }

  /// Runs every check and says what failed.
  public func failures() -> [ConformanceFailure] {
    let descriptor = Subject.descriptor
    var findings = Findings(of: descriptor.id)
    findings.checkDescriptor(
      id: descriptor.id, title: descriptor.title, summary: descriptor.summary, citation: descriptor.citation)
    for (name, passes) in [("forward", descriptor.forwardPasses), ("reverse", descriptor.backwardPasses)] {
      findings.expect(!passes.isEmpty, .descriptor, "it doesn't say how many \(name) passes it takes")
    }
    findings.checkOptions(Subject.Options.self)
    findings.attempt(.options, "making it with its defaults") { findings in
      let explainer = try make(base)
      findings.expect(
        explainer.scoreMeaning == descriptor.scores, .scores,
        "its scores are declared \(descriptor.scores.rawValue), and \(explainer.scoreMeaning.rawValue) with the defaults"
      )
      let differs = models.filter { fits(explainer, $0, &findings) }
        .compactMap { check(explainer, on: $0, &findings) }
      findings.expect(
        differs.isEmpty || differs.contains(true) || !descriptor.isClassSpecific, .classSpecificity,
        "declared class-specific, but two classes have the same maps on every model")
    }
    if let model = models.first {
      Attempt.noting("\(descriptor.id), needs: \(model.descriptor.name)") { checkNeeds(on: model, &findings) }
      checkSettings(on: model, &findings)
      checkLeastNumbers(on: model, &findings)
      checkPlaces(on: model, &findings)
    }
    checkContrast(&findings)
    checkSymmetries(&findings)
    return findings.failures
  }

  /// Whether an explainer takes a model on.
  ///
  /// One whose layers have tokens of their own may be refused, with a reason and
  /// before any arithmetic.
  private func fits(_ explainer: Subject, _ model: any Model, _ findings: inout Findings) -> Bool {
    guard !model.descriptor.layout.layers.isEmpty else { return true }
    do {
      try explainer.check(fits: model.descriptor)
      return true
    } catch let error as ModelError {
      let text = "\(error)"
      findings.expect(
        text.contains(model.descriptor.name) && text.contains(Subject.descriptor.id), .refusal,
        "\(model.descriptor.name) is refused without being named: \(text)")
    } catch {
      findings.fail(
        .refusal, "\(model.descriptor.name) is refused with \(error), expected a ModelError that says why")
    }
    return false
  }

  /// The maps of a sample's classes, or of other classes; a process that dies on the way says of what.
  func explain(
    _ input: Tensor, of sample: Sample, classes: [Int]? = nil, by explainer: Subject, on model: any Model
  ) throws -> [[Attribution]] {
    let classes = classes ?? sample.classes
    return try noting(explainer, model, images: input.shape[0], classes: classes) {
      try explainer.explain(input, targets: .classes(classes), using: model)
    }
  }

  /// Runs `body` with a note of what is explained.
  func noting<R>(
    _ explainer: Subject, _ model: any Model, images: Int, classes: [Int], _ body: () throws -> R
  ) rethrows -> R {
    let classes = classes.map(String.init).joined(separator: ", ")
    return try Attempt.noting(
      "'\(explainer.specification)' on \(model.descriptor.name), images: \(images), classes: \(classes)", body
    )
  }

  /// Every setting that can be listed gives maps.
  private func checkSettings(on model: any Model, _ findings: inout Findings) {
    let sample = Sample(of: model)
    for setting in settings {
      let text = setting.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
      findings.attempt(.options, "explaining with '\(text)'") { findings in
        let explainer = try Subject(options: Subject.Options(setting, of: Subject.descriptor.id))
        guard !asksForMore(explainer, than: model) else { return }
        let attributions = try explain(sample.input, of: sample, by: explainer, on: model)
        checkShapes(of: attributions, by: explainer, sample, on: model, &findings)
      }
    }
  }

  /// The least numbers that an option takes, where they can't be listed: what an explainer can't work with on a model it says
  /// when it is checked, not after its passes.
  private func checkLeastNumbers(on model: any Model, _ findings: inout Findings) {
    let sample = Sample(of: model)
    for option in Subject.Options.descriptions where option.choices.isEmpty {
      for value in ["1", "2"] {
        guard let explainer = try? make(over(base, [(key: option.name, value: value)])),
          (try? explainer.check(fits: model.descriptor)) != nil
        else { continue }
        findings.attempt(.options, "explaining with '\(option.name)=\(value)', which it takes on") {
          findings in
          let attributions = try explain(sample.input, of: sample, by: explainer, on: model)
          checkShapes(of: attributions, by: explainer, sample, on: model, &findings)
        }
      }
    }
  }

  /// A place that the model doesn't list is refused by its name, where an option may ask for one.
  private func checkPlaces(on model: any Model, _ findings: inout Findings) {
    for option in Subject.Options.placeOptions {
      let name = "no-such-place"
      do {
        try make(over(base, [(key: option, value: name)])).check(fits: model.descriptor)
        findings.fail(.refusal, "\(option)=\(name) is accepted on a model that doesn't list it")
      } catch ModelError.unsuitablePlace(_, _, let point, _) where point.place.rawValue == name {
        // As it should be.
      } catch {
        findings.fail(
          .refusal, "\(option)=\(name) is refused with \(error), expected ModelError.unsuitablePlace")
      }
    }
  }

  /// Checks counts, grids, classes, texts and signs; that scores are finite, `Attribution` has seen to.
  func checkShapes(
    of attributions: [[Attribution]], by explainer: Subject, _ sample: Sample, on model: any Model,
    _ findings: inout Findings
  ) {
    let shapes = attributions.map(\.count)
    findings.expect(
      shapes == sample.images.map { _ in sample.classes.count }, .results,
      "\(model.descriptor.name): \(shapes) maps, expected \(sample.classes.count) for each of \(sample.images.count) images"
    )
    for (image, maps) in attributions.enumerated() {
      for (target, map) in maps.enumerated() where target < sample.classes.count {
        let place = "\(model.descriptor.name), image \(image), target \(target)"
        let grid = model.descriptor.layout.grid
        findings.expect(
          map.patches == grid && map.pooled.scores.count == grid.count, .results,
          "\(place): \(map.pooled.scores.count) scores of patches on \(map.patches), expected \(grid)")
        if map.resolution == .pixels {
          findings.expect(
            map.grid == PatchGrid(rows: map.inputHeight, columns: map.inputWidth), .results,
            "\(place): scores on \(map.grid), which are neither the patches nor the pixels")
        }
        findings.expect(
          map.classIndex == sample.classes[target], .results,
          "\(place): the map says class \(map.classIndex), expected \(sample.classes[target])")
        findings.expect(
          map.explainer == explainer.specification, .results,
          "\(place): the map says '\(map.explainer)' made it")
        findings.expect(
          explainer.scoreMeaning != .magnitude || map.scores.allSatisfy { $0 >= 0 }, .scores,
          "\(place): '\(explainer.specification)' declares magnitudes, and gives the score \(map.scores.min() ?? 0)"
        )
      }
    }
  }
}

/// Images and classes that a model is tried with.
struct Sample {
  let input: Tensor
  let classes: [Int]

  /// Three random images of the model's own size; the first and the last class, where it has classes.
  init(of model: any Model) {
    let size = model.descriptor.preprocessing.inputSize ?? (height: 224, width: 224)
    var random = SeededRandom(seed: 7)
    input = random.normal([3, 3, size.height, size.width])
    let classCount = model.descriptor.classCount
    classes = classCount == 0 ? [] : Array(Set([0, classCount - 1])).sorted()
  }

  var images: Range<Int> { 0..<input.shape[0] }
}
