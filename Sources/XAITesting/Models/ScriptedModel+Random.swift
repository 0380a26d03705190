public import XAICore
import XAIFoundation
import XAITensor

extension ScriptedModel {
  /// A scripted model of random attention, activations and gradients, the same for the same seed.
  public static func random(
    layout: TokenLayout, layers: Int = 3, heads: Int = 3, headWidth: Int = 2, images: Int = 2,
    classes: Int = 2,
    seed: UInt64 = 1
  ) -> ScriptedModel {
    var random = SeededRandom(seed: seed)
    let (tokens, width) = (layout.tokenCount, heads * headWidth)
    var model = ScriptedModel(
      layout: layout, layers: layers, heads: heads, width: width, classes: classes)
    for layer in 0..<layers {
      model.attention[layer] = random.attention(images: images, heads: heads, tokens: tokens)
      model.attentionGradients[layer] = random.normal([classes, images, heads, tokens, tokens])
      for listed in model.descriptor.layers[layer].places {
        let point = ActivationPoint(layer: layer, place: listed.place)
        let shape: [Int] =
          switch listed.form {
          case .tokens(let width): [images, tokens, width]
          case .pairs: [images, heads, tokens, tokens]
          }
        model.activations[point] = random.normal(Shape(shape))
        guard listed.hasGradient else { continue }
        model.activationGradients[point] = random.normal(Shape([classes] + shape))
      }
    }
    return model
  }

  /// The attention of one head as a matrix.
  public func attentionMatrix(layer: Int, image: Int, head: Int) -> Matrix {
    precondition(attention[layer] != nil, "no attention of layer \(layer) was scripted")
    return attention[layer].map { Matrix($0[image][head]) } ?? .identity(0)
  }

  /// The gradient of one head's attention for a class as a matrix.
  public func attentionGradientMatrix(layer: Int, image: Int, head: Int, classIndex: Int) -> Matrix {
    precondition(attentionGradients[layer] != nil, "no attention gradient of layer \(layer) was scripted")
    return attentionGradients[layer].map { Matrix($0[classIndex][image][head]) } ?? .identity(0)
  }
}
