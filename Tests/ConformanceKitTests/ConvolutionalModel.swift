import XAICore
import XAIFoundation
import XAIImage
import XAITensor
import XAITesting

/// A classifier without attention: one convolution whose strides are its kernel, a ReLU, the mean, and a linear head.
///
/// Its only place is its own: the feature map behind the ReLU, [B, 3·4, 5].
struct ConvolutionalModel: DifferentiableModel {
  static let featureMap = Place(rawValue: "feature-map")
  private static let (side, width, classes) = (4, 5, 3)

  /// [channels, 3 · side²] and [classes, channels].
  let kernel: [Float]
  let head: [Float]
  let descriptor: ModelDescriptor

  init() {
    var random = SeededRandom(seed: 5)
    let inputs = 3 * Self.side * Self.side
    kernel = random.normal([Self.width * inputs], standardDeviation: 1 / Float(inputs).squareRoot()).elements
    head = random.normal([Self.classes * Self.width]).elements
    let layer = LayerDescriptor(
      width: Self.width, places: [PlaceDescriptor(Self.featureMap, .tokens(width: Self.width))])
    descriptor = ModelDescriptor(
      name: "convolution", architecture: "convolution", labels: ["a", "b", "c"], layers: [layer],
      parameterCount: kernel.count + head.count,
      layout: TokenLayout(prefix: [], grid: PatchGrid(rows: 3, columns: 4), readout: .meanOfPatches),
      preprocessing: Preprocessing(resize: .exact(height: 12, width: 16), normalisation: .half),
      capabilities: [.activations, .activationGradients, .inputGradients])
  }

  private struct Tape: Sendable {}

  func layout(height: Int, width: Int) throws -> TokenLayout {
    guard (height, width) == (12, 16) else {
      throw ModelError.unsupportedInput(model: descriptor.name, reason: "\(height)×\(width) is not 12×16")
    }
    return descriptor.layout
  }

  /// The pixel that entry `index` of a patch's kernel is multiplied with.
  private func pixel(_ patch: Int, _ index: Int) -> Int {
    let (side, columns) = (Self.side, descriptor.layout.grid.columns)
    let (channel, y, x) = (index / (side * side), index / side % side, index % side)
    return (channel * 12 + patch / columns * side + y) * 16 + patch % columns * side + x
  }

  /// The sums before the ReLU, by patch and channel.
  private func sums(_ image: [Float]) -> [Float] {
    let inputs = kernel.count / Self.width
    return (0..<descriptor.layout.grid.count).flatMap { patch in
      (0..<Self.width).map { channel in
        (0..<inputs).reduce(0) { $0 + kernel[channel * inputs + $1] * image[pixel(patch, $1)] }
      }
    }
  }

  func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
    guard input.shape.rank == 4, input.shape[0] > 0, input.shape[1] == 3 else {
      throw ModelError.unsupportedInput(model: descriptor.name, reason: "\(input.shape) is no batch")
    }
    let layout = try layout(height: input.shape[2], width: input.shape[3])
    try descriptor.check(recording: recording.activations, gradients: [], for: "the recording")
    let (images, patches) = (input.shape[0], layout.grid.count)
    let features = Tensor(
      [images, patches, Self.width],
      (0..<images).flatMap { sums(input[$0].elements).map { max($0, 0) } })
    let logits = (0..<images).flatMap { image -> [Float] in
      let map = features[image].elements
      return (0..<Self.classes).map { classIndex in
        map.enumerated().reduce(0) {
          $0 + $1.element * head[classIndex * Self.width + $1.offset % Self.width] / Float(patches)
        }
      }
    }
    return ForwardTrace(
      input: input, layout: layout, logits: Tensor([images, Self.classes], logits),
      activations: recording.activations.isEmpty
        ? [:] : [ActivationPoint(layer: 0, place: Self.featureMap): features],
      tape: recording.gradients ? Tape() : nil)
  }

  func backward(
    from cotangent: Tensor, through trace: ForwardTrace, rules: PropagationRules,
    requesting request: GradientRequest, visitAttention: (AttentionGradient) throws -> Void
  ) throws -> Gradients {
    guard trace.tape is Tape, cotangent.shape[1] == Self.classes else {
      throw ModelError.foreignTrace(model: descriptor.name)
    }
    guard rules == .gradient else {
      throw ModelError.missingCapabilities(
        user: "the backward pass", model: descriptor.name, missing: [.propagationRules])
    }
    try descriptor.check(recording: [], gradients: request.activations, for: "the backward pass")
    let (rows, patches) = (cotangent.shape[0], descriptor.layout.grid.count)
    let features = (0..<rows).flatMap { row -> [Float] in
      let slopes = cotangent[row].elements
      return (0..<patches * Self.width).map { index in
        (0..<Self.classes).reduce(0) {
          $0 + slopes[$1] * head[$1 * Self.width + index % Self.width] / Float(patches)
        }
      }
    }
    var gradients = Gradients()
    let shape: TensorShape = [rows, patches, Self.width]
    for point in request.activations { gradients.activations[point] = Tensor(shape, features) }
    guard request.input else { return gradients }
    let inputs = kernel.count / Self.width
    let pixels = (0..<rows).flatMap { row -> [Float] in
      let image = trace.input[row % trace.batchCount].elements
      var gradient = [Float](repeating: 0, count: image.count)
      for (index, sum) in sums(image).enumerated() where sum > 0 {
        let slope = features[row * patches * Self.width + index]
        for entry in 0..<inputs {
          gradient[pixel(index / Self.width, entry)] += slope * kernel[index % Self.width * inputs + entry]
        }
      }
      return gradient
    }
    gradients.input = Tensor([rows, 3, 12, 16], pixels)
    return gradients
  }
}
