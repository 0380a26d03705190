import XAICore
import XAIFoundation
import XAITensor

/// A model with more and more of its weights made random, from the classifier down to everything.
///
/// First the classifier's alone, then those of the last block as well, and so on: the cascading randomisation of Adebayo
/// et al. 2018, "Sanity checks for saliency maps".
///
/// Each tensor's own values are shuffled, so that their distribution stays. A tensor is shuffled once and shared by all
/// models in which it is random: together they cost one copy of the weights.
struct RandomisedModels: Sendable {
  /// The most models.
  ///
  /// Of a deeper cascade they are chosen evenly, the first and the last among them: each costs a pass
  /// of every explainer.
  static let most = 5

  let models: [any Model]

  init(of model: some TrainableModel, seed: Int) {
    let parameters = model.parameters
    let shuffled = parameters.enumerated().map { index, parameter in
      Self.shuffled(parameter.tensor, SeededRandom(seed: UInt64(bitPattern: Int64(seed)), UInt64(index)))
    }
    models = Self.stages(layerCount: model.descriptor.layerCount).map { stage in
      model.replacingParameters(
        Dictionary(
          uniqueKeysWithValues: parameters.enumerated().map { index, parameter in
            let isRandom = stage >= Self.stage(of: parameter, layerCount: model.descriptor.layerCount)
            return (parameter.name, isRandom ? shuffled[index] : parameter.tensor)
          }))
    }
  }

  /// The stages that are worked out, of 0 (the classifier alone) to `layerCount` + 1 (everything).
  static func stages(layerCount: Int) -> [Int] {
    let last = layerCount + 1
    guard last >= most else { return Array(0...last) }
    return (0..<most).map { ($0 * last + (most - 1) / 2) / (most - 1) }
  }

  /// The first stage in which a parameter is random.
  private static func stage(of parameter: Parameter, layerCount: Int) -> Int {
    if parameter.isHead { return 0 }
    return parameter.layer.map { layerCount - $0 } ?? layerCount + 1
  }

  /// The same values in an order that is by chance (Fisher and Yates).
  private static func shuffled(_ tensor: Tensor, _ random: SeededRandom) -> Tensor {
    var random = random
    return Tensor(tensor.shape) { elements in
      tensor.withElements { source in
        for index in source.indices {
          let other = random.index(below: index + 1)
          elements[index] = source[index]
          (elements[index], elements[other]) = (elements[other], elements[index])
        }
      }
    }
  }
}
