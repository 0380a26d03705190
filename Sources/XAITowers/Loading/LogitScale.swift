import XAIFoundation
import XAITensor
import XAITransformer
package import XAIWeights

/// What checkpoints of both towers multiply cosines by, and add to them.
extension WeightStore {
  /// e to the `logit_scale`; nil where there is none.
  package func cosineScale() throws -> Float? {
    guard let stored = try number("logit_scale") else { return nil }
    let scale = Float(exponential(Double(stored)))
    guard scale.isFinite else {
      throw VisionTransformerError.contradiction(
        file: path, reason: "logit_scale is \(stored) and its exponential no number, which make no logits")
    }
    return scale
  }

  /// The `logit_bias`; nil where there is none.
  package func cosineBias() throws -> Float? {
    let bias = try number("logit_bias")
    guard bias?.isFinite != false else {
      throw VisionTransformerError.contradiction(file: path, reason: "logit_bias is no number")
    }
    return bias
  }

  /// The only number of a tensor; nil where there is no such tensor.
  private func number(_ name: String) throws -> Float? {
    guard let stored = self[name] else { return nil }
    guard stored.shape.count == 1, let number = try tensor(name).elements.first else {
      throw VisionTransformerError.contradiction(
        file: path, reason: "\(name) has \(stored.shape.count) numbers, and must be one")
    }
    return number
  }
}
