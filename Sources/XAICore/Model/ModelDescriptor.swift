public import XAIImage

/// What a model is: architecture, size, labels, tokens and preprocessing.
public struct ModelDescriptor: Sendable {
  /// What messages call the model: usually the last part of its path.
  public var name: String
  /// The id of the architecture plugin that made it, such as `vit`.
  public var architecture: String
  /// One label a class, or an output; none for a backbone without classifier.
  public var labels: [String]
  /// What the outputs mean.
  public var output: OutputMeaning
  /// Layers whose attention and activations can be asked for.
  public var layerCount: Int
  /// Attention heads of each layer; of the last where layers differ.
  public var headCount: Int
  /// Elements of a token; in the last layer where layers differ.
  public var width: Int
  /// Parameters in all.
  public var parameterCount: Int
  /// The tokens at the model's own input size.
  public var layout: TokenLayout
  /// From a photograph to the model's input, at the model's own input size.
  public var preprocessing: Preprocessing
  /// What the model can do beside giving logits.
  public var capabilities: Capabilities
  /// Heads and width of each layer, where layers differ; empty where all are alike.
  public var layerSizes: [LayerSize] = []

  /// Heads and width of a layer.
  public struct LayerSize: Hashable, Sendable {
    /// Attention heads.
    public let headCount: Int
    /// Elements of a token.
    public let width: Int

    /// States both.
    public init(headCount: Int, width: Int) {
      self.headCount = headCount
      self.width = width
    }
  }

  /// Describes a model.
  public init(
    name: String, architecture: String, labels: [String], layerCount: Int, headCount: Int, width: Int,
    parameterCount: Int, layout: TokenLayout, preprocessing: Preprocessing, capabilities: Capabilities,
    output: OutputMeaning = .softmax
  ) {
    self.name = name
    self.architecture = architecture
    self.labels = labels
    self.output = output
    self.layerCount = layerCount
    self.headCount = headCount
    self.width = width
    self.parameterCount = parameterCount
    self.layout = layout
    self.preprocessing = preprocessing
    self.capabilities = capabilities
  }

  /// The number of classes.
  public var classCount: Int { labels.count }

  /// The attention heads of a layer.
  public func headCount(ofLayer layer: Int) -> Int {
    layerSizes.isEmpty ? headCount : layerSizes[layer].headCount
  }

  /// The elements of a token in a layer.
  public func width(ofLayer layer: Int) -> Int { layerSizes.isEmpty ? width : layerSizes[layer].width }

  /// Whether all layers have as many heads.
  public var hasEqualHeadCounts: Bool { Set(layerSizes.map(\.headCount)).count <= 1 }

  /// Throws where layers have tokens of their own, for what can only be done where all work on the same tokens.
  ///
  /// - Parameters:
  ///   - explainer: the explainer as users write it.
  ///   - reason: why it can't do without: "it multiplies matrices of different layers entry by entry".
  func checkHasEqualLayers(for explainer: String, because reason: String) throws(ModelError) {
    guard !layout.layers.isEmpty else { return }
    var grids: [Grid] = []
    for layer in layout.layers where layer.grid != grids.last { grids.append(layer.grid) }
    throw .unsuitableTokens(
      explainer: explainer, model: name,
      reason: "\(reason), and the layers of this model have tokens of their own"
        + (grids.count > 1 ? " (\(grids.map(\.description).joined(separator: ", ")))" : ", in windows"))
  }

  /// The layer that an option means: negative numbers count from the last, −1 being the last.
  public func layer(_ option: Int, option name: String) throws(OptionError) -> Int {
    let layer = option < 0 ? layerCount + option : option
    guard (0..<layerCount).contains(layer) else {
      throw .outOfRange(
        option: name, value: String(option),
        allowed: "0 to \(layerCount - 1), or -1 for the last: \(self.name) has \(layerCount) layers")
    }
    return layer
  }
}
