public import XAICore
import XAIFoundation
import XAIImage
public import XAISwin
public import XAITensor
import XAITransformer

/// A small transformer of two stages with random weights: windows that are shifted and padded, grids of odd sizes, and
/// other heads and widths in each stage.
public struct HierarchicalToyModel: Hashable, Sendable, CustomStringConvertible {
  /// What messages call it.
  public let name: String
  /// Its sizes and choices.
  public let configuration: HierarchicalConfiguration

  /// What messages call it.
  public var description: String { name }
  /// Its tokens.
  public var layout: TokenLayout { configuration.layout }

  /// 5 × 7 tokens in windows of 3 × 3, then 3 × 4; the grid is padded before it is shifted.
  public static let padded = HierarchicalToyModel("toy-windows", .square)
  /// The same, shifted before it is padded.
  public static let shifted = HierarchicalToyModel("toy-windows-each-axis", .eachAxis)
  /// One stage whose window is the whole grid: every token attends to every other.
  public static let whole = HierarchicalToyModel("toy-whole-window", .eachAxis) {
    $0.stages = [.init(depth: 3, width: 12, headCount: 3, mlpWidth: 20, window: 7)]
  }

  /// Swin v2: norms behind the branches, cosine attention, and a position bias that is a function of the offset.
  public static let second = HierarchicalToyModel("toy-windows-v2", .squareOfOwnSize) {
    $0.version = .second
    $0.stages[0].pretrainedWindow = 2
  }

  /// All of them.
  public static let all = [padded, shifted, whole, second]

  private init(
    _ name: String, _ windowing: HierarchicalConfiguration.Windowing,
    _ change: (inout HierarchicalConfiguration) -> Void = { _ in }
  ) {
    self.name = name
    var configuration = HierarchicalConfiguration(
      imageHeight: 20, imageWidth: 28, patchHeight: 4, patchWidth: 4,
      stages: [
        .init(depth: 2, width: 12, headCount: 3, mlpWidth: 20, window: 3),
        .init(depth: 2, width: 16, headCount: 4, mlpWidth: 24, window: 3),
      ], windowing: windowing, epsilon: 1e-5, classCount: 5)
    change(&configuration)
    self.configuration = configuration
  }

  /// What its parameters are called.
  private var naming: HierarchicalNaming {
    HierarchicalNaming(
      patch: "patch", patchNorm: "patch_norm", positions: "positions",
      block: { stage, index in
        var names = CheckpointNaming.timm().block(10 * stage + index)
        names.positionBias = "\(stage).\(index).table"
        return names
      },
      merge: { .init(norm: "\($0).norm", reduction: "\($0).reduction") }, finalNorm: "norm", head: "head")
  }

  /// Makes the model; the same seed makes the same weights, except for parameters that are one value everywhere.
  public func make(
    seed: UInt64 = 1, on kernels: any Kernels, filling value: (_ parameter: String) -> Float? = { _ in nil }
  ) -> any Model {
    var random = SeededRandom(seed: seed)
    let weights = HierarchicalWeights(configuration: configuration, naming: naming) { name, shape in
      let drawn = random.parameter(name, shape)
      return value(name).map { Tensor(repeating: $0, shape) } ?? drawn
    }
    let descriptor = configuration.descriptor(
      name: name, architecture: "toy", labels: (0..<configuration.classCount).map { "class \($0)" },
      weights: weights, layout: layout,
      preprocessing: Preprocessing(
        resize: .exact(height: configuration.imageHeight, width: configuration.imageWidth),
        normalisation: .half))
    return HierarchicalTransformer(
      descriptor: descriptor, configuration: configuration, weights: weights, naming: naming, kernels: kernels
    )
  }
}
