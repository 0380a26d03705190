import XAICore
package import XAITensor

/// From features to logits: a part of its own, which knows nothing of tokens.
package enum ClassifierHead: Sendable {
  /// y = x·Wᵀ + b.
  case linear(Linear)
  /// The cosine with a vector of each class, scaled.
  case cosine(CosineHead)

  /// What the backward pass needs of a forward pass.
  struct Tape: Sendable {
    /// [B, F].
    let features: Tensor
    /// Of a cosine.
    let cosine: CosineHead.Tape?
  }

  /// Features [B, F] to logits [B, classes].
  func forward(_ features: Tensor, on kernels: any Kernels) -> (logits: Tensor, tape: Tape) {
    switch self {
    case .linear(let linear):
      return (kernels.apply(linear, to: features), Tape(features: features, cosine: nil))
    case .cosine(let head):
      let tape = head.forward(features, on: kernels)
      return (tape.logits, Tape(features: features, cosine: tape))
    }
  }

  /// The cotangent of the features, [k·B, classes] to [k·B, F].
  ///
  /// - Parameters:
  ///   - index: which of the model's heads it is.
  ///   - parameters: called with the gradients of the head's parameters; not called when nil.
  func backward(
    _ cotangent: Tensor, index: Int, through tape: Tape, rules: PropagationRules, on kernels: any Kernels,
    parameters: ((ReadoutHead.Parameters) -> Void)?
  ) -> Tensor {
    switch (self, tape.cosine) {
    case (.cosine(let head), let cosine?):
      return head.backward(
        cotangent, features: tape.features, through: cosine, rules: rules, on: kernels,
        parameters: parameters)
    case (.cosine, nil): fatalError("the tape is of a linear head")
    case (.linear(let linear), _):
      if let parameters {
        let gradients = kernels.parameterGradients(x: tape.features, gradient: cotangent)
        parameters(.head(index, weight: gradients.weight, bias: gradients.bias))
      }
      return kernels.applyBackward(
        linear, to: cotangent, rule: rules.linear, input: tape.features,
        output: kernels.apply(linear, to: tape.features)
      ).freeze()
    }
  }
}

/// A classifier whose classes are vectors: logit_c = scale · cos(g, v_c) + bias, g the features or their linear projection.
///
/// Source: Radford et al. 2021, "Learning Transferable Visual Models From Natural Language Supervision" (arXiv 2103.00020),
/// figure 3; with a bias, Zhai et al. 2023 (arXiv 2303.15343), algorithm 1.
package struct CosineHead: Sendable {
  /// What cosines are multiplied by where nothing says it: where CLIP's training clips it (Radford and others 2021,
  /// section 2.5).
  package static let usualScale: Float = 100

  /// v, [classes, E].
  package let vectors: Tensor
  /// From features to the space of the vectors; nil where that is the features' own.
  let projection: Linear?
  let scale: Float
  /// scale · v/‖v‖, and the bias: the rest is a linear layer on directions.
  private let classes: Linear
  private let lengths: [Float]

  package init(vectors: Tensor, projection: Linear? = nil, scale: Float, bias: Float = 0) {
    (self.vectors, self.projection, self.scale) = (vectors, projection, scale)
    let (directions, lengths) = Self.directions(of: vectors, times: scale)
    classes = Linear(
      weight: directions, bias: bias == 0 ? nil : Tensor(repeating: bias, [vectors.shape[0]]))
    self.lengths = lengths
  }

  var outputs: Int { vectors.shape[0] }

  /// What the backward pass needs of a forward pass.
  struct Tape: Sendable {
    /// g, [B, E].
    let projected: Tensor
    /// u = g/‖g‖, [B, E].
    let directions: Tensor
    /// ‖g‖.
    let lengths: [Float]
    /// [B, classes].
    let logits: Tensor
  }

  /// Features [B, F] to logits [B, classes]; those of features that are zero are the bias.
  func forward(_ features: Tensor, on kernels: any Kernels) -> Tape {
    let projected = projection.map { kernels.apply($0, to: features) } ?? features
    let (directions, lengths) = Self.directions(of: projected, times: 1)
    return Tape(
      projected: projected, directions: directions, lengths: lengths,
      logits: kernels.apply(classes, to: directions))
  }

  /// The cotangent of the features, [k·B, classes] to [k·B, F].
  ///
  /// Both linear layers follow the rule of linear layers. u = g/‖g‖ is a norm: as a layer norm's deviation, ‖g‖ is a constant
  /// under any rule but the gradient, so that relevance passes it unchanged, c_g = c_u·u/g.
  func backward(
    _ cotangent: Tensor, features: Tensor, through tape: Tape, rules: PropagationRules,
    on kernels: any Kernels, parameters: ((ReadoutHead.Parameters) -> Void)?
  ) -> Tensor {
    let ofDirections = kernels.applyBackward(
      classes, to: cotangent, rule: rules.linear, input: tape.directions, output: tape.logits
    ).freeze()
    let ofProjected = Self.normBackward(
      ofDirections, directions: tape.directions, lengths: tape.lengths,
      isConstant: rules.layerNorm != .gradient)
    if let parameters {
      let ofClasses = kernels.parameterGradients(x: tape.directions, gradient: cotangent).weight
      let (unit, _) = Self.directions(of: vectors, times: 1)
      let ofVectors = Self.normBackward(ofClasses, directions: unit, lengths: lengths, isConstant: false)
      let weight = Tensor.map([ofVectors], to: ofVectors.shape, .operand(0) * .constant(scale))
      parameters(.head(0, weight: weight, bias: nil))
    }
    guard let projection else { return ofProjected }
    if let parameters {
      let gradients = kernels.parameterGradients(x: features, gradient: ofProjected)
      parameters(.projection(weight: gradients.weight, bias: projection.bias == nil ? nil : gradients.bias))
    }
    return kernels.applyBackward(
      projection, to: ofProjected, rule: rules.linear, input: features, output: tape.projected
    ).freeze()
  }

  // Lengths and what is divided by them are in double precision, in host memory: one short row for each image and class.

  /// Rows divided by their lengths and multiplied with a factor; rows of zeros stay.
  private static func directions(of rows: Tensor, times factor: Float) -> (Tensor, lengths: [Float]) {
    let (count, width) = (rows.shape[0], rows.shape[1])
    var lengths: [Float] = []
    let result = Tensor(rows.shape) { result in
      rows.onHost("features of a cosine head").withElements { x in
        for row in 0..<count {
          let own = row * width..<(row + 1) * width
          let length = own.reduce(0.0) { $0 + Double(x[$1]) * Double(x[$1]) }.squareRoot()
          lengths.append(Float(length))
          for i in own { result[i] = length == 0 ? 0 : Float(Double(factor) * Double(x[i]) / length) }
        }
      }
    }
    return (result, lengths)
  }

  /// The cotangent of x where c is that of u = x/‖x‖: (c − u·(u·c))/‖x‖, or c/‖x‖ where the length counts as constant.
  ///
  /// Rows of the forward pass are repeated for the cotangent's.
  private static func normBackward(
    _ cotangent: Tensor, directions: Tensor, lengths: [Float], isConstant: Bool
  ) -> Tensor {
    let (count, width) = (cotangent.shape[0], cotangent.shape[1])
    return Tensor(cotangent.shape) { result in
      cotangent.onHost("gradient of a cosine head").withElements { c in
        directions.withElements { u in
          for row in 0..<count {
            let image = row % lengths.count
            let (start, own) = (row * width, image * width)
            let along =
              isConstant
              ? 0 : (0..<width).reduce(0.0) { $0 + Double(u[own + $1]) * Double(c[start + $1]) }
            let length = Double(lengths[image])
            for i in 0..<width {
              let rest = Double(c[start + i]) - along * Double(u[own + i])
              result[start + i] = length == 0 ? 0 : Float(rest / length)
            }
          }
        }
      }
    }
  }
}
