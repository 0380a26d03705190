import Testing
import XAICore
import XAIExplainers
import XAIFoundation
import XAIImage
import XAIMetrics
import XAITensor
import XAITesting

/// What a caller can get wrong throws an error that says so; nothing of it ends the program.
@Suite struct WrongCallTests {
  private let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())

  private func trace(images: Int) throws -> ForwardTrace {
    try model.forward(
      Tensor(repeating: 0.5, [images, 3, 12, 12]),
      recording: Recording(attention: .all, activations: Set(points), gradients: true))
  }

  /// All points of the model.
  private var points: [ActivationPoint] {
    model.descriptor.layers.enumerated().flatMap { layer, descriptor in
      descriptor.places.map { ActivationPoint(layer: layer, place: $0.place) }
    }
  }

  @Test("images that are asked about different numbers of classes, or about none")
  func targets() {
    #expect(throws: TargetError.unequalCounts([1, 2])) { try Targets([[0], [0, 1]]) }
    #expect(throws: TargetError.none) { try Targets([[], []]) }
    #expect(throws: TargetError.unknownIndex(5, classCount: 5, called: nil)) {
      try Targets([[0], [5]]).cotangent(classCount: 5)
    }
    #expect(throws: TargetError.unknownIndex(-1, classCount: 5, called: nil)) {
      try Targets([[-1]]).cotangent(classCount: 5)
    }
    for selection in [TargetSelection.top(0), .top(-1), .classes([]), .several([]), .each([])] {
      #expect(throws: TargetError.none, "\(selection)") {
        try GMAR().explain(Tensor(repeating: 0, [1, 3, 12, 12]), targets: selection, using: model)
      }
    }
  }

  @Test("every explainer refuses targets of other images than the trace's, and classes that aren't there")
  func foreignTargets() throws {
    let trace = try trace(images: 2)
    var asked = 0
    let registry = try Registry(plugins: builtInExplainers)
    for entry in registry.explainers {
      let explainer = try registry.explainer(entry.descriptor.id)
      guard (try? explainer.check(fits: model.descriptor)) != nil else { continue }
      asked += 1
      for (targets, error) in [
        (try Targets([[0], [1], [2]]), TargetError.otherCount(3, images: 2)),
        (try Targets([[0]]), .otherCount(1, images: 2)),
        (try Targets([[0], [5]]), .unknownIndex(5, classCount: 5, called: nil)),
      ] {
        #expect(throws: error, "\(entry.descriptor.id)") {
          try explainer.explain(from: trace, targets: targets, using: model)
        }
      }
    }
    #expect(asked > 25)
  }

  @Test(
    "inputs that are no batch of images",
    arguments: [
      [], [12], [3, 12, 12], [0, 3, 12, 12], [1, 1, 12, 12], [1, 4, 12, 12], [1, 3, 0, 0], [1, 3, 12, 0],
      [1, 3, 12, 12, 1], [1, 3, 11, 12],
    ])
  func inputs(_ extents: [Int]) {
    let input = Tensor(repeating: 0, TensorShape(extents))
    #expect(throws: ModelError.self) { try GMAR().explain(input, using: model) }
    #expect(throws: ModelError.self) { try Explanation(of: input, by: [GMAR()], using: model) }
    #expect(throws: ModelError.self) { try model.forward(input, recording: Recording()) }
    #expect(throws: ModelError.self) {
      try model.intervenable().logits(input, under: .keepingPatches([[0]]))
    }
  }

  @Test("images without pixels, and none at all")
  func images() {
    #expect(throws: PreprocessingError.emptyImage) {
      try GMAR().explain(RGBImage(width: 0, height: 0, filledWith: .black), using: model)
    }
    #expect(throws: PreprocessingError.noImages) { try Explanation(of: [:], by: [GMAR()], using: model) }
  }

  @Test("values that options don't take, set in code and not read")
  func options() throws {
    var rise = RISEOptions()
    rise.batch = 0
    #expect(
      throws: OptionError.invalid(
        owner: "rise", option: "batch", value: "0", allowed: "a whole number from 1")
    ) {
      try RISE(options: rise).explain(Tensor(repeating: 0, [1, 3, 12, 12]), using: model)
    }
    #expect(throws: OptionError.self) { try RISE { $0.batch = 0 } }
    var smooth = SmoothGradOptions()
    smooth.noise = .nan
    #expect(throws: OptionError.self) {
      try SmoothGrad(options: smooth).explain(Tensor(repeating: 0, [1, 3, 12, 12]), using: model)
    }
    #expect(throws: OptionError.self) {
      try FrameRunner(RISE(), model: model, batchSize: 0, total: 1)
    }
  }

  @Test("an option that doesn't fit says whose it is, however the explainer was made")
  func owners() throws {
    let input = Tensor(repeating: 0.5, [1, 3, 12, 12])
    var options = GradCAMOptions()
    options.layer = 9
    for explainer in [
      try GradCAM { $0.layer = 9 }, GradCAM(options: options),
      try Registry(plugins: builtInExplainers).explainer("grad-cam:layer=9"),
    ] as [any Explainer] {
      let error = #expect(throws: OptionError.self) { try explainer.explain(input, using: model) }
      #expect(
        error?.description.hasPrefix("grad-cam: layer=9 is out of range: 0 to ") == true,
        "\(String(describing: error))")
    }
    // One that is known of the image alone, in the middle of the work.
    let few = try KernelSHAP {
      $0.segments = .slic
      $0.samples = 2
    }
    let shap = #expect(throws: OptionError.self) { try few.explain(input, using: model) }
    #expect(shap?.description.hasPrefix("kernel-shap: samples=2") == true, "\(String(describing: shap))")
    let metric = #expect(throws: OptionError.self) {
      try Registry(plugins: builtInMetrics).metric("insertion:unit=tokens,substrate=black")
    }
    #expect(
      metric?.description.hasPrefix("insertion: substrate=black") == true, "\(String(describing: metric))")
  }

  @Test("scores, maps and pixels of other counts")
  func counts() throws {
    let trace = try trace(images: 1)
    #expect(
      throws: AttributionError.wrongCount(explainer: "gmar", scores: 3, grid: trace.layout.grid)
    ) {
      try Attribution(scores: [1, 2, 3], of: trace, classIndex: 0, by: GMAR())
    }
    let preprocessing = Preprocessing(resize: .none)
    let pixels = Tensor(repeating: 0.5, [3, 4, 4])
    let grid = PatchGrid(rows: 2, columns: 2)
    #expect(throws: MetricError.noImage(shape: [1, 4, 4])) {
      try SubjectImage(pixels: Tensor(repeating: 0, [1, 4, 4]), preprocessing: preprocessing)
    }
    #expect(throws: MetricError.noImage(shape: [4])) {
      try SubjectImage(pixels: Tensor(repeating: 0, [4]), preprocessing: preprocessing)
    }
    for (scores, values) in [(3, 16), (4, 15)] {
      #expect(throws: MetricError.self) {
        try MetricSubject(
          pixels: pixels, preprocessing: preprocessing, scores: [Float](repeating: 0, count: scores),
          grid: grid,
          map: [Float](repeating: 0, count: values), classIndex: 0, probability: 1)
      }
    }
    let map = try GMAR().explain(trace.input, using: model)[0][0]
    #expect(throws: MetricError.self) {
      try MetricSubject(pixels: pixels, preprocessing: preprocessing, attribution: map, probability: 1)
    }
    #expect(throws: DatasetError.wrongMask(pixels: 3, width: 2, height: 2)) {
      try Mask(width: 2, height: 2, pixels: [true, false, true])
    }
    #expect(throws: DatasetError.self) { try Mask(width: -1, height: -1, pixels: [true]) }
    #expect(!BoundingBox(x: 3, y: 3, width: -2, height: .nan).contains(x: 2, y: 3))
  }
}
