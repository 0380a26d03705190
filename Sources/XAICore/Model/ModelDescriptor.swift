public import XAIImage

/// What a model is: architecture, size, labels, tokens and preprocessing.
public struct ModelDescriptor: Sendable {
  /// What messages call the model: usually the last part of its path.
  public var name: String
  /// The id of the architecture plugin that made it, such as `vit`.
  public var architecture: String
  /// One label a class.
  public var labels: [String]
  /// Layers whose attention and activations can be asked for.
  public var layerCount: Int
  /// Attention heads of each layer.
  public var headCount: Int
  /// Elements of a token.
  public var width: Int
  /// Parameters in all.
  public var parameterCount: Int
  /// The tokens at the model's own input size.
  public var layout: TokenLayout
  /// From a photograph to the model's input, at the model's own input size.
  public var preprocessing: Preprocessing
  /// What the model can do beside giving logits.
  public var capabilities: Capabilities

  /// Describes a model.
  public init(
    name: String, architecture: String, labels: [String], layerCount: Int, headCount: Int, width: Int,
    parameterCount: Int, layout: TokenLayout, preprocessing: Preprocessing, capabilities: Capabilities
  ) {
    self.name = name
    self.architecture = architecture
    self.labels = labels
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
