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
      model.transformedValues[layer] = random.normal([images, tokens, width])
      for point in BlockPoint.allCases {
        let point = ActivationPoint(layer: layer, point: point)
        model.activations[point] = random.normal([images, tokens, width])
        model.activationGradients[point] = random.normal([classes, images, tokens, width])
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
