import XAICore
import XAITensor

/// What the classifier would say behind each layer, as though it were the last.
///
/// Source: nostalgebraist 2020, “interpreting GPT: the logit lens”, for language models.
public struct ExploreLens: Hashable, Sendable, Codable {
  /// A class with its probability; nil where the model's outputs have none.
  public struct Place: Hashable, Sendable, Codable {
    /// The class.
    public let index: Int
    /// Its probability.
    public let probability: Float?
  }

  /// What it says behind one layer.
  public struct Layer: Hashable, Sendable, Codable {
    /// The likeliest classes at what the model reads.
    public let readout: [ExploreClass]
    /// The likeliest class of each patch, read by itself.
    public let patches: [Place]
  }

  /// From the first layer to the last.
  public let layers: [Layer]
  /// The labels of the classes of patches, by their indices as texts.
  public let labels: [String: String]
}

extension ExploreSession {
  /// The likeliest classes by layer, at what the model reads and at each patch.
  ///
  /// - Throws: `ModelError.notGiven` where the classifier can't read single tokens.
  public func lens(
    image: String, top: Int = 3, model id: String? = nil, view: String? = nil
  ) async throws -> ExploreLens {
    let asked = try model(id)
    let descriptor = asked.model.descriptor
    guard (1...100).contains(top) else {
      throw ExploreError(.badRequest, "top is from 1 to 100, not \(top)")
    }
    guard let model = asked.model as? any InspectableModel, descriptor.capabilities.contains(.layerReadouts)
    else { throw ModelError.notGiven(.layerReadouts, model: descriptor.name) }
    let points = Set(descriptor.layers.indices.map { ActivationPoint(layer: $0, place: .output) })
    try descriptor.check(recording: points, gradients: [], for: "the lens")
    let input = try await images.seen(image, by: asked).input
    return try await turn(of: asked, .short, for: "lens", view: view) {
      let trace = try asked.trace(
        of: input, image: image, by: model, recording: Recording(activations: points))
      let layers = try descriptor.layers.indices.map { layer in
        let output = try trace.activation(at: ActivationPoint(layer: layer, place: .output))
        let readout = try model.readoutLogits(ofLayerOutput: output, trace.layout)[0].elements
        let patches = try model.tokenLogits(of: output[0][trace.layout.patches])
        return ExploreLens.Layer(
          readout: ClassRow(readout, of: descriptor).top(top),
          patches: (0..<patches.shape[0]).map { patch in
            let row = LogitRow(patches[patch].elements, meaning: descriptor.output)
            let probability = row.probability(of: row.predictedClass)
            return ExploreLens.Place(
              index: row.predictedClass, probability: probability.isNaN ? nil : probability)
          })
      }
      let indices = Set(layers.flatMap { $0.patches.map(\.index) })
      return ExploreLens(
        layers: layers,
        labels: Dictionary(uniqueKeysWithValues: indices.map { (String($0), asked.label($0)) }))
    }
  }
}
