import XAICore
import XAIFoundation
import XAIImage
import XAITensor
import XAITransformer
import XAIWeights

extension HierarchicalTransformer {
  /// Makes a model that has learnt nothing yet from a directory whose configuration has been read.
  ///
  /// - Throws: `VisionTransformerError` for contradicting sizes, `ModelError.notTrainable` for more parameters than the
  ///   machine can train, `ConfigurationError`.
  init(
    untrained directory: ModelDirectory, architecture: String, configuration: HierarchicalConfiguration,
    naming: HierarchicalNaming, preprocessing defaults: Preprocessing, labels: [String],
    random: inout SeededRandom, on kernels: any Kernels
  ) throws {
    var configuration = configuration
    configuration.classCount = labels.count
    try configuration.validate(file: directory.config.file)
    try InitialWeights.checkMemory(parameters: configuration.parameterCount, model: directory.path)
    let initial = InitialWeights(configuration: configuration, naming: naming, random: &random)
    let weights = HierarchicalWeights(configuration: configuration, naming: naming, from: initial.tensor)
    try self.init(
      of: directory, architecture: architecture, labels: labels, output: .softmax,
      configuration: configuration,
      weights: weights, naming: naming, preprocessing: defaults, notes: directory.notes, on: kernels)
  }
}

extension HierarchicalConfiguration {
  /// Parameters of a model of these sizes, which are validated.
  var parameterCount: Int {
    let isFirst = version == .first
    var count = stages[0].width * (patch.valueCount + 3)
    if hasPositionEmbeddings { count += layout.grid.count * stages[0].width }
    for (index, stage) in stages.enumerated() {
      let (width, heads) = (stage.width, stage.headCount)
      let biases = (qkvBias == .none ? 0 : qkvBias == .all ? 3 : 2) + 1
      let positions =
        isFirst
        ? biasTableShape(ofStage: index).reduce(1, *)
        : heads + ContinuousPositionBias.hiddenWidth * (3 + heads)
      count +=
        stage.depth
        * (4 * width * width + biases * width + positions + 2 * width * stage.mlpWidth + stage.mlpWidth
          + width
          + 4 * width)
      guard index > 0 else { continue }
      let before = 4 * stages[index - 1].width
      count += before * width + 2 * (isFirst ? before : width)
    }
    let width = stages[stages.count - 1].width
    return count + 2 * width + classCount * (width + 1)
  }
}

extension InitialWeights {
  /// What the parameters of a transformer of stages are before it has learnt anything.
  ///
  /// Norms behind the branches of version 2 begin at 0, so that each block passes its tokens on unchanged (Liu and others
  /// 2022, their code).
  init(configuration: HierarchicalConfiguration, naming: HierarchicalNaming, random: inout SeededRandom) {
    let names = naming.flat(configuration)
    let blocks = (0..<configuration.layerCount).map(names.block)
    let merges = (1..<max(configuration.stages.count, 1)).map { naming.merge($0).norm }
    let ofBlocks: Float = configuration.version == .first ? 1 : 0
    var constants = Dictionary(
      uniqueKeysWithValues: (merges + [naming.patchNorm, naming.finalNorm]).map {
        (names.tensor($0, .weight), Float(1))
      })
    for (layer, block) in blocks.enumerated() {
      for norm in [block.firstNorm, block.secondNorm] { constants[names.tensor(norm, .weight)] = ofBlocks }
      if let table = block.positionBias { constants[table] = 0 }
      let heads = configuration.stages[configuration.layers[layer].stage].headCount
      for parameter in configuration.attentionTransforms.flatMap({
        $0.parameters(headCount: heads, headWidth: 1)
      }) {
        guard let name = block.attentionParameters[parameter.id] else { continue }
        constants[name] = parameter.initial
      }
    }
    self.init(
      constants: constants, heads: [names.tensor(naming.head, .weight)], tokens: [naming.positions],
      positions: naming.positions, grid: configuration.layout.grid, random: &random)
  }
}
