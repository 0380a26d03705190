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
    let points = recorded.union(differentiated).sorted {
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
