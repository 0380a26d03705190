import Synchronization
import XAIFoundation
import XAITensor

/// A model with more and more of its weights made random, from the classifier down to everything.
///
/// First the classifier's alone, then those of the last block as well, and so on: the cascading randomisation of Adebayo
/// et al. 2018, "Sanity checks for saliency maps".
///
/// Each tensor's own values are shuffled, so that their distribution stays. A tensor is shuffled once and shared by all
/// models in which it is random: together they cost one copy of the weights.
package final class RandomisedModels: Sendable {
  /// The most models of a cascade.
  ///
  /// Of a deeper one they are chosen evenly, the first and the last among them: each costs a pass of every explainer.
  package static let most = 5

  private let model: any TrainableModel
  private let shuffled: Lazy<[Tensor]>
  private let known = Guarded<[Int: any Model]>([:])

  /// Prepares to shuffle the weights of a model.
  package init(of model: any TrainableModel, seed: Int) {
    self.model = model
    shuffled = Lazy {
      model.parameters.enumerated().map { index, parameter in
        Self.shuffled(parameter.tensor, SeededRandom(seed: UInt64(bitPattern: Int64(seed)), UInt64(index)))
      }
    }
  }

  /// The model whose weights are random down to a stage: 0 is the classifier alone, `layerCount` + 1 everything.
  package subscript(stage: Int) -> any Model {
    known.withLock { known in
      if let model = known[stage] { return model }
      let layerCount = model.descriptor.layerCount
      let randomised = model.replacingParameters(
        Dictionary(
          uniqueKeysWithValues: zip(model.parameters, shuffled.value).map { parameter, shuffled in
            let isRandom = stage >= Self.stage(of: parameter, layerCount: layerCount)
            return (parameter.name, isRandom ? shuffled : parameter.tensor)
          }))
      known[stage] = randomised
      return randomised
    }
  }

  /// The stages that are computed.
  package static func stages(layerCount: Int) -> [Int] {
    let last = layerCount + 1
    guard last >= most else { return Array(0...last) }
    return (0..<most).map { ($0 * last + (most - 1) / 2) / (most - 1) }
  }

  /// The first stage in which a parameter is random.
  private static func stage(of parameter: NamedParameter, layerCount: Int) -> Int {
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
