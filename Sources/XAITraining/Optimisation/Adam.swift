import XAICore
import XAIFoundation
import XAITensor

/// The update rule of Adam and AdamW for one model: running means of the gradients and of their squares.
///
/// Step t, counted from 1, with gradient g, learning rate η and decay λ (Kingma and Ba 2015, algorithm 1):
/// m ← m + (1 − β₁)(g − m), v ← β₂v + (1 − β₂)g², w ← w − η/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε).
/// Adam adds λw to g first; AdamW multiplies w by 1 − ηλ first (Loshchilov and Hutter 2019, algorithm 2).
struct Adam: Sendable {
  let recipe: Recipe
  /// Running means of the gradients, one for each parameter.
  var means: [Tensor]
  /// Running means of the squared gradients, one for each parameter.
  var squares: [Tensor]

  /// Begins with means of zero for parameters of these shapes.
  init(recipe: Recipe, shapes: [TensorShape]) {
    self.recipe = recipe
    means = shapes.map { Tensor(repeating: 0, $0) }
    squares = shapes.map { Tensor(repeating: 0, $0) }
  }

  /// Changes parameters in place, where nothing else looks at them, each on one of the processors.
  ///
  /// - Parameters:
  ///   - parameters: all of the model's.
  ///   - trained: which of them are changed; gradients, decays, means and squares are in this order.
  ///   - gradientScale: what the gradients are multiplied by first.
  ///   - step: counted from 0.
  mutating func update(
    _ parameters: inout [Tensor], trained: [Int], gradients: [Tensor], decays: [Bool], gradientScale: Float,
    learningRate: Double, step: Int
  ) {
    let rules = [false, true].map {
      rule(decays: $0, gradientScale: gradientScale, learningRate: learningRate, step: step)
    }
    parameters.withUnsafeMutableBufferPointer { parameters in
      means.withUnsafeMutableBufferPointer { means in
        squares.withUnsafeMutableBufferPointer { squares in
          nonisolated(unsafe) let (parameters, means, squares) = (parameters, means, squares)
          concurrently(trained.count) { index in
            rules[decays[index] ? 1 : 0].update(
              &parameters[trained[index]], gradient: gradients[index], mean: &means[index],
              square: &squares[index])
          }
        }
      }
    }
  }

  private func rule(decays: Bool, gradientScale: Float, learningRate: Double, step: Int) -> Rule {
    let decay = decays ? recipe.weightDecay : 0
    return Rule(
      gradientScale: gradientScale,
      addedDecay: recipe.rule == .adam ? Float(decay) : 0,
      shrinking: recipe.rule == .adamW ? Float(1 - learningRate * decay) : 1,
      meanShare: Float(1 - recipe.beta1), squareDecay: Float(recipe.beta2),
      squareShare: Float(1 - recipe.beta2),
      stepSize: Float(learningRate / (1 - power(recipe.beta1, Double(step + 1)))),
      squareRootCorrection: Float((1 - power(recipe.beta2, Double(step + 1))).squareRoot()),
      epsilon: Float(recipe.epsilon))
  }

  /// The numbers of one step, as float32.
  private struct Rule: Sendable {
    let gradientScale, addedDecay, shrinking, meanShare, squareDecay, squareShare, stepSize: Float
    let squareRootCorrection, epsilon: Float

    func update(_ parameter: inout Tensor, gradient: Tensor, mean: inout Tensor, square: inout Tensor) {
      var weights = TensorBuffer(reusing: take(&parameter))
      var means = TensorBuffer(reusing: take(&mean))
      var squares = TensorBuffer(reusing: take(&square))
      gradient.withElements { gradient in
        weights.withElements { weights in
          means.withElements { means in
            squares.withElements { apply(to: weights, gradient, means, $0) }
          }
        }
      }
      parameter = weights.freeze()
      mean = means.freeze()
      square = squares.freeze()
    }

    private func apply(
      to weights: UnsafeMutableBufferPointer<Float>, _ gradient: UnsafeBufferPointer<Float>,
      _ mean: UnsafeMutableBufferPointer<Float>, _ square: UnsafeMutableBufferPointer<Float>
    ) {
      for index in weights.indices {
        let weight = weights[index] * shrinking
        let g = gradient[index] * gradientScale + addedDecay * weight
        let m = mean[index] + meanShare * (g - mean[index])
        let v = square[index] * squareDecay + squareShare * (g * g)
        mean[index] = m
        square[index] = v
        weights[index] = weight - stepSize * (m / (v.squareRoot() / squareRootCorrection + epsilon))
      }
    }
  }
}

/// Moves a tensor out of where it is kept, so that its memory has no second owner.
func take(_ tensor: inout Tensor) -> Tensor {
  let taken = tensor
  tensor = nothing
  return taken
}

private let nothing = Tensor([0], [])
