public import XAITensor

/// A tensor of a pass that has a value which is NaN or infinite, where everything before it is finite.
public struct NotFiniteTensor: Hashable, Sendable, CustomStringConvertible {
  /// What it is.
  public enum Kind: Hashable, Sendable {
    /// The model's input.
    case input
    /// A parameter, by its name in the checkpoint.
    case parameter(String)
    /// What a forward pass leaves at a place.
    case activation(ActivationPoint)
    /// The gradient at a place.
    case gradient(ActivationPoint)
    /// The gradient of a layer's attention.
    case attentionGradient(layer: Int)
    /// The gradient of the input.
    case inputGradient
    /// The gradient of a parameter, by its name in the checkpoint.
    case parameterGradient(String)
  }

  /// What it is.
  public let kind: Kind
  /// Where the first value is that is not finite, an index for each dimension.
  public let place: [Int]
  /// That value.
  public let value: Float

  /// Looks for a value that is not finite; nil where there is none.
  package init?(_ tensor: Tensor, _ kind: Kind) {
    let host = tensor.onHost("values that are not finite")
    guard let index = host.firstNotFinite else { return nil }
    self.kind = kind
    value = host.withElements { $0[index] }
    var (rest, place) = (index, [Int]())
    for extent in tensor.shape.extents.reversed() {
      place.append(rest % extent)
      rest /= extent
    }
    self.place = place.reversed()
  }

  /// What it is, the value and its place, and what that means.
  public var description: String {
    let found = "(\(value) at \(place))"
    switch kind {
    case .input: return "the input \(found): look at how it was made"
    case .parameter(let name):
      return "the parameter '\(name)' \(found): the weights are damaged, or of a training that diverged"
    case .activation(let point):
      return "\(point) \(found): input and parameters are finite, and too large for the arithmetic there"
    case .gradient(let point): return "the gradient of \(point) \(found): \(Self.overflow)"
    case .attentionGradient(let layer):
      return "the gradient of the attention of layer \(layer) \(found): \(Self.overflow)"
    case .inputGradient: return "the gradient of the input \(found): \(Self.overflow)"
    case .parameterGradient(let name): return "the gradient of '\(name)' \(found): \(Self.overflow)"
    }
  }

  private static let overflow = "the forward pass is finite, and the backward pass overflows there"
}

/// A model that lists its parameters, so that a message can name one.
public protocol ParameterListing: Model {
  /// Every parameter by its name in the checkpoint, in the order of the forward pass.
  var namedTensors: [(name: String, tensor: Tensor)] { get }
}

extension Model {
  /// Logits in host memory, all of which are finite: what is made of others, be it a map, a label or a number, means nothing.
  ///
  /// - Parameters:
  ///   - logits: [B, classes], of this model.
  ///   - input: what they are of, [B, 3, H, W].
  /// - Throws: `ModelError.notFinite`, which names the first tensor of the pass that isn't.
  package func finite(_ logits: Tensor, of input: Tensor) throws(ModelError) -> Tensor {
    let logits = logits.onHost("logits")
    guard let index = logits.firstNotFinite else { return logits }
    let image = index / logits.shape[1]
    throw .notFinite(
      "the logits", model: descriptor.name, first: firstNotFinite(of: input[image..<image + 1]))
  }

  /// The first tensor of a forward pass that is not finite; nil where all are that can be looked at.
  ///
  /// It takes passes of its own, which keep the places that the model lists, so that nothing is paid where all is well.
  package func firstNotFinite(of input: Tensor) -> NotFiniteTensor? {
    if let found = NotFiniteTensor(input, .input) { return found }
    for parameter in (self as? any ParameterListing)?.namedTensors ?? [] {
      if let found = NotFiniteTensor(parameter.tensor, .parameter(parameter.name)) { return found }
    }
    func first(of points: [ActivationPoint]) -> NotFiniteTensor? {
      guard let trace = try? forward(input, recording: Recording(activations: Set(points))) else {
        return nil
      }
      return points.lazy.compactMap { point in
        trace.activations[point].flatMap { NotFiniteTensor($0, .activation(point)) }
      }.first
    }
    // The layer by its last place, and then the place in it: a few large tensors are in memory at once.
    let ends = descriptor.layers.enumerated().compactMap { layer, places in
      places.last.map { ActivationPoint(layer: layer, place: $0) }
    }
    guard let end = first(of: ends), case .activation(let point) = end.kind else { return nil }
    return first(of: descriptor.layers[point.layer].places.map { .init(layer: point.layer, place: $0.place) })
      ?? end
  }

  /// The first tensor, on the way back from the logits, that is not finite, or of the forward pass before it.
  ///
  /// - Parameters:
  ///   - trace: of this model.
  ///   - targets: the classes from which a backward pass begins.
  package func firstNotFinite(behind trace: ForwardTrace, _ targets: Targets) -> NotFiniteTensor? {
    if let found = firstNotFinite(of: trace.input) { return found }
    guard trace.tape != nil, let model = self as? any DifferentiableModel,
      let cotangent = try? targets.cotangent(classCount: descriptor.classCount)
    else { return nil }
    func gradients(_ request: GradientRequest) -> (Gradients, attention: [Int: NotFiniteTensor])? {
      var attention: [Int: NotFiniteTensor] = [:]
      let gradients = try? model.backward(
        from: cotangent, through: trace, rules: .gradient, requesting: request
      ) {
        attention[$0.layer] = NotFiniteTensor($0.gradient, .attentionGradient(layer: $0.layer))
      }
      return gradients.map { ($0, attention) }
    }
    for layer in descriptor.layers.indices.reversed() {
      let places = descriptor.layers[layer].places.filter(\.hasGradient).map(\.place)
      let points = places.map { ActivationPoint(layer: layer, place: $0) }
      let hasAttention = descriptor.layers[layer].attention != nil
      guard
        let (gradients, attention) = gradients(
          GradientRequest(
            attention: hasAttention ? .some([layer]) : .none, activations: Set(points), input: layer == 0))
      else { return nil }
      func gradient(at place: Place) -> NotFiniteTensor? {
        let point = ActivationPoint(layer: layer, place: place)
        return gradients.activations[point].flatMap { NotFiniteTensor($0, .gradient(point)) }
      }
      // Attention lies before the outputs of its heads, and behind the scores.
      let split = places.firstIndex(of: .scores).map { $0 + 1 } ?? 0
      if let found = places[split...].reversed().lazy.compactMap(gradient).first ?? attention[layer]
        ?? places[..<split].reversed().lazy.compactMap(gradient).first
        ?? gradients.input.flatMap({ NotFiniteTensor($0, .inputGradient) })
      {
        return found
      }
    }
    return nil
  }
}

extension LayerDescriptor {
  /// The last place that has a value for each token.
  fileprivate var last: Place? {
    places.last { if case .tokens = $0.form { true } else { false } }?.place
  }
}

extension Explainer {
  /// Explains every target of every image of a trace, as `explain` does; where a score is not finite, the error names the
  /// first tensor that isn't.
  package func maps(
    of trace: ForwardTrace, targets: Targets, using model: any Model
  ) throws -> [[Attribution]] {
    do {
      return try explain(from: trace, targets: targets, using: model)
    } catch AttributionError.notFinite(let explainer, nil) {
      throw AttributionError.notFinite(
        explainer: explainer, first: model.firstNotFinite(behind: trace, targets))
    }
  }
}
