import XAIFoundation
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
  /// The layers, from the input on.
  public var layers: [LayerDescriptor]
  /// Parameters in all.
  public var parameterCount: Int
  /// The tokens at the model's own input size.
  public var layout: TokenLayout
  /// From a photograph to the model's input, at the model's own input size.
  public var preprocessing: Preprocessing
  /// What the model can do beside giving logits.
  public var capabilities: Capabilities
  /// What a user should know of how it was loaded, a sentence each: what its files left open and was assumed, what was renamed, merged
  /// or rounded.
  public var notes: [String]

  /// Describes a model.
  public init(
    name: String, architecture: String, labels: [String], layers: [LayerDescriptor], parameterCount: Int,
    layout: TokenLayout, preprocessing: Preprocessing, capabilities: Capabilities,
    output: OutputMeaning = .softmax, notes: [String] = []
  ) {
    self.name = name
    self.architecture = architecture
    self.labels = labels
    self.output = output
    self.layers = layers
    self.parameterCount = parameterCount
    self.layout = layout
    self.preprocessing = preprocessing
    self.capabilities = capabilities
    self.notes = notes
  }

  /// The number of classes.
  public var classCount: Int { labels.count }

  /// The number of layers.
  public var layerCount: Int { layers.count }

  /// Attention heads of the last layer; 0 where it has no attention.
  public var headCount: Int { layers.last?.attention?.headCount ?? 0 }

  /// Elements of a token in the last layer.
  public var width: Int { layers.last?.width ?? 0 }

  /// Whether all layers have as many heads.
  public var hasEqualHeadCounts: Bool { Set(layers.map(\.attention?.headCount)).count <= 1 }

  /// Throws where layers have tokens of their own, for what can only be done where all work on the same tokens.
  ///
  /// - Parameters:
  ///   - explainer: the explainer as users write it.
  ///   - reason: why it can't do without: "it multiplies matrices of different layers entry by entry".
  func checkIsIsotropic(for explainer: String, because reason: String) throws(ModelError) {
    guard !layout.layers.isEmpty else { return }
    var grids: [PatchGrid] = []
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

extension ModelDescriptor {
  /// What can be recorded at a point; nil where the model doesn't list it, or has no such layer.
  public subscript(point: ActivationPoint) -> PlaceDescriptor? {
    layers.indices.contains(point.layer) ? layers[point.layer][point.place] : nil
  }

  /// Throws, before any arithmetic, for points that the model doesn't list.
  ///
  /// - Parameters:
  ///   - recorded: points whose activations are asked for.
  ///   - differentiated: points whose gradients are asked for.
  ///   - user: who asks, as errors call it.
  public func check(
    recording recorded: Set<ActivationPoint>, gradients differentiated: Set<ActivationPoint>, for user: String
  ) throws(ModelError) {
    // In order, so that the same error comes each time.
    let points = recorded.union(differentiated).ordered {
      ($0.layer, $0.place.rawValue) < ($1.layer, $1.place.rawValue)
    }
    for point in points {
      let listed = try check(point, for: user)
      guard listed.hasGradient || !differentiated.contains(point) else {
        throw unsuitable(
          point, for: user, because: "the logits don't depend on it, so that it has no gradient")
      }
    }
  }

  /// The point that options of an explainer name, where there is a vector for each token.
  ///
  /// - Parameters:
  ///   - place: the place, from an option.
  ///   - layer: the layer, from an option: −1 is the last.
  ///   - explainer: the explainer that asks.
  /// - Throws: for a layer that is not there, and a place that the layer doesn't list or that has values of another form.
  public func tokenPoint(
    _ place: Place, layer: Int, for explainer: some Explainer
  ) throws -> ActivationPoint {
    let point = ActivationPoint(layer: try self.layer(layer, option: "layer"), place: place)
    guard case .tokens = try check(point, for: explainer.specification).form else {
      throw unsuitable(
        point, for: explainer.specification,
        because: "it has a value for each pair of tokens, and a vector for each token is needed")
    }
    return point
  }

  /// Throws where a layer has no attention.
  ///
  /// - Parameters:
  ///   - layers: the layers whose attention is asked for.
  ///   - user: who asks, as errors call it.
  func checkHasAttention(_ selection: LayerSelection, for user: String) throws(ModelError) {
    let missing = layers.indices.filter { selection.contains($0) && layers[$0].attention == nil }
    guard missing.isEmpty else { throw .noAttention(explainer: user, model: name, layers: missing) }
  }

  private func check(_ point: ActivationPoint, for user: String) throws(ModelError) -> PlaceDescriptor {
    guard let listed = self[point] else {
      let places = layers.indices.contains(point.layer) ? layers[point.layer].places : []
      throw unsuitable(
        point, for: user,
        because: places.isEmpty
          ? "no places of that layer can be looked at"
          : "that layer has \(places.map(\.place.rawValue).joined(separator: ", "))")
    }
    return listed
  }

  private func unsuitable(_ point: ActivationPoint, for user: String, because reason: String) -> ModelError {
    .unsuitablePlace(explainer: user, model: name, point: point, reason: reason)
  }
}

extension ModelDescriptor: CustomStringConvertible {
  /// Name, architecture and size on one line: `vit-tiny (vit): 12 layers, 5,717,416 parameters, 14×14 patches, 1,000 classes`.
  public var description: String {
    "\(name) (\(architecture)): \(counted(layerCount, "layer")), \(counted(parameterCount, "parameter")), "
      + "\(layout.grid) patches, \(counted(classCount, "class", plural: "classes"))"
  }
}
