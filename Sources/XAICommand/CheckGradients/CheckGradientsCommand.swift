import ArgumentParser
import XAICore
import XAIImage
import XAITensor

/// `xai check-gradients`: the backward pass of a model against finite differences.
struct CheckGradientsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-gradients", abstract: "Check a model's backward pass against finite differences.",
    usage: "xai check-gradients --model <model> [<image>] [options]",
    discussion: """
      Explanations are as right as the gradients under them. This command holds those of a model, as it runs here, \
      against differences of its forward pass:

        pixels           ∂y/∂x of pixels against (y(x + h) − y(x − h)) / 2h
        directions       ⟨∂y/∂x, d⟩ along random directions of all pixels
        output           ⟨∂y/∂a, J d⟩ with the activation's own difference J d:
                         all of the derivative goes through this point, so it
                         is the same number; one for each layer
        after-attention  the same, between attention and MLP
        head-outputs     what the attention adds to the derivative, before and
                         after its projection
        attention        Σⱼ Aᵢⱼ·∂y/∂Aᵢⱼ = ⟨oᵢ, ∂y/∂oᵢ⟩ in each row of each
                         head, o being the head's output

      Differences are made with halving steps and extrapolated; the step where neighbours agree best counts, since \
      float32 makes the small ones noisy and curvature the large ones wrong. Errors of pixels are what \
      is left beyond the uncertainty of the difference, relative to the greatest value of their kind.

        xai check-gradients --model MODEL                  a random image, seeded
        xai check-gradients --model MODEL photo.jpg -t 281
        xai check-gradients --model MODEL --kernels portable

      \(ExitStatus.help)
      """)

  @Option(
    name: .shortAndLong,
    help: "A model directory, a .safetensors file in one, or the name of a Hugging Face repository.",
    completion: .directory)
  var model: String

  @Argument(
    help: "An image file; random numbers when left out.", completion: .file(extensions: ImageFile.extensions))
  var image: String?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The class: predicted, an index or a label.", valueName: "class"))
  var target = "predicted"

  @Option(help: ArgumentHelp("Single pixels to check.", valueName: "n"))
  var pixels = 24

  @Option(help: ArgumentHelp("Random directions to check along.", valueName: "n"))
  var directions = 3

  @Option(help: ArgumentHelp("What random numbers start from.", valueName: "n"))
  var seed: UInt64 = 1

  @OptionGroup(title: "Classes") var classes: GivenClassOptions
  @OptionGroup(title: "Images") var imageOptions: ImageOptions
  @OptionGroup(title: "KernelSelection") var engine: EngineOptions

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    try engine.requireFloat32(for: "Checking gradients")
    guard (1...10_000).contains(pixels) else { throw ValidationError("--pixels is from 1 to 10000") }
    guard (1...100).contains(directions) else { throw ValidationError("--directions is from 1 to 100") }
  }

  func run() throws {
    Interruption.endAtOnce()
    let selection = try TargetSelection(parsing: target)
    let loaded = try LoadedModel(model, engine: engine, classes: classes, targets: [target])
    loaded.tellNotes()
    let needed: Capabilities = [.inputGradients]
    guard loaded.model.descriptor.capabilities.isSuperset(of: needed) else {
      throw ModelError.missingCapabilities(
        user: "check-gradients", model: loaded.model.descriptor.name, missing: needed)
    }
    var random = SeededNumbers(seed: seed)
    let input = try input(of: loaded, &random)
    let targets = try selection.resolve(
      logits: loaded.model.logits(input), labels: loaded.model.descriptor.labels)
    guard let classIndex = targets.classes.first?.first, targets.countPerImage == 1 else {
      throw ValidationError("check-gradients checks one class, not \(target)")
    }
    let check = GradientCheck(model: loaded.model, input: input, classIndex: classIndex)
    let report = GradientReport(
      model: loaded.model.descriptor.name, kernels: loaded.kernels.name, classIndex: classIndex,
      label: loaded.model.descriptor.labels[classIndex], seed: seed,
      checks: try check.run(pixels: pixels, directions: directions, &random))
    try StandardOutput.write(json ? XAICommand.json(report, isIndented: true) : report.text)
    if !report.passed { throw Failure(.checkFailed, "") }
  }

  private func input(of loaded: LoadedModel, _ random: inout SeededNumbers) throws -> Tensor {
    let preprocessing = try imageOptions.preprocessing(of: loaded)
    if let image {
      return try preprocessing.tensor(
        from: RGBImage(
          contentsOf: image, pixelLimit: imageOptions.pixelLimit, orientation: imageOptions.orientation.exif))
    }
    guard let (height, width) = preprocessing.inputSize else {
      throw Failure(.usage, "\(model) takes images of any size: give --size, or an image")
    }
    let shape: TensorShape = [1, 3, height, width]
    return Tensor(shape, (0..<shape.count).map { _ in Float(random.uniform(in: -1...1)) })
  }
}

/// Numbers that repeat from a seed: splitmix64 (Steele, Lea & Flood 2014).
struct SeededNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * Double(next() >> 11) * 0x1p-53
  }
}
