import XAICore
import XAITensor

extension ProductKind {
  /// What the product is for, in a vision transformer of these sizes, as far as its shape tells.
  func role(in model: ModelDescriptor) -> String {
    if rows != nil { return attentionRole }
    let width = model.width
    if transposesFirst { return "gradients of weights" }
    // A forward pass multiplies by weights [outputs, inputs] transposed, a backward pass by the weights as they lie.
    let (inputs, outputs) = transposesSecond ? (depth, columns) : (columns, depth)
    let direction = transposesSecond ? "" : ", reverse"
    if isByImage { return "patches" + direction }
    switch (inputs, outputs) {
    case (width, 3 * width): return "queries, keys, values" + direction
    case (width, width): return "projection; queries, keys or values" + direction
    case (width, model.classCount): return "classifier" + direction
    case (width, _): return "MLP, first map" + (hasGELU ? " with GELU" : "") + direction
    case (_, width): return "MLP, second map" + direction
    default: return "other products" + direction
    }
  }

  /// The products of attention where each is one by itself: S = Q·Kᵀ/√d, O = A·V and their gradients.
  private var attentionRole: String {
    switch (transposesFirst, transposesSecond, isScaled) {
    case (false, true, true): "attention, Q·Kᵀ"
    case (false, false, false): "attention, A·V"
    case (false, true, false): "attention, dA = dO·Vᵀ"
    case (true, _, false): "attention, dV = Aᵀ·dO"
    case (false, false, true): "attention, dQ = dS·K"
    case (true, _, true): "attention, dK = dSᵀ·Q"
    }
  }

  /// The sizes, without the rows of a batch.
  var sizes: String { (rows.map { "\($0)×" } ?? "") + "\(depth)×\(columns)" }
}
