import XAICore
import XAITensor
import XAITransformer

/// What tokens go through on their way to a layer: a layer norm of all that they carry, behind some blocks of timm's own version 2,
/// and between stages a merge.
struct Transition {
  /// Nil where there is none.
  let norm: LayerNorm?
  /// Nil within a stage.
  let merging: (module: PatchMerging, tokens: TokenMerge)?

  /// What the backward pass needs of a forward pass.
  struct Tape: Sendable {
    let norm: LayerNorm.Tape?
    let merging: PatchMerging.Tape?
  }

  /// The gradients of the parameters.
  struct Parameters {
    let norm: Norm?
    let merging: PatchMerging.Parameters?
  }

  /// Passes tokens on.
  ///
  /// - Parameter change: is given what is merged, before it is.
  func forward(_ x: Tensor, beforeMerging change: (Tensor) -> Tensor = { $0 }) -> (output: Tensor, tape: Tape)
  {
    let normed = norm?.forward(x)
    let tokens = normed?.output ?? x
    let merged = merging.map { $0.module.forward(change(tokens), $0.tokens) }
    return (merged?.output ?? tokens, Tape(norm: normed?.tape, merging: merged))
  }

  /// The gradient of the tokens that were passed on.
  ///
  /// - Parameter parameters: called with the gradients of the parameters; not called when nil.
  func backward(
    _ gradient: Tensor, through tape: Tape, rules: PropagationRules, parameters: ((Parameters) -> Void)?
  ) -> Tensor {
    var (gradient, ofMerging): (Tensor, PatchMerging.Parameters?) = (gradient, nil)
    if let merging, let merged = tape.merging {
      gradient = merging.module.backward(
        gradient, through: merged, merging.tokens, rules: rules,
        parameters: parameters == nil ? nil : { ofMerging = $0 })
    }
    guard let norm, let normed = tape.norm else {
      parameters?(Parameters(norm: nil, merging: ofMerging))
      return gradient
    }
    parameters?(Parameters(norm: norm.parameterGradients(gradient, through: normed), merging: ofMerging))
    return norm.backward(gradient, through: normed, rule: rules.layerNorm)
  }
}

extension HierarchicalTransformer {
  /// What is before a layer; nil where there is nothing.
  func transition(before layer: Int, _ layout: TokenLayout) -> Transition? {
    let norm = weights.mainNorms[layer].map {
      LayerNorm(norm: $0, epsilon: configuration.epsilon, kernels: kernels)
    }
    let merge = layout.layers[layer].merge
    guard norm != nil || merge != nil else { return nil }
    return Transition(norm: norm, merging: merge.map { (module: self.merging(before: layer), tokens: $0) })
  }
}
