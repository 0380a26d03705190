import XAIFoundation

/// GELU in a form that a sigmoid gives: x·σ(u(x)), u(x) = x·(linear + cubic·x²), σ(u) = 1/(1 + exp(−u)).
public enum SigmoidGELU: Hashable, Sendable {
  /// u = 2·√(2/π)·(x + 0.044715·x³), which is x/2·(1 + tanh(u/2)) (Hendrycks and Gimpel 2016, arXiv 1606.08415).
  case tanh
  /// u = 1.702·x, the same paper's other approximation, which CLIP has.
  case quick

  var linear: Float { self == .tanh ? 1.595769121605731 : 1.702 }
  var cubic: Float { self == .tanh ? 0.07135481282606926 : 0 }
}

/// What a row is divided by.
public enum RowSize: Hashable, Sendable {
  /// r = 1/√(mean(x²) + ε) (Zhang and Sennrich 2019, arXiv 1910.07467).
  case rootMeanSquare(epsilon: Float)
  /// r = 1/max(√Σx², ε), as PyTorch's `normalize` has it; below ε it is a constant.
  case euclidean(epsilon: Float)

  var isMean: Bool { if case .rootMeanSquare = self { true } else { false } }
  var epsilon: Float {
    switch self {
    case .rootMeanSquare(let epsilon), .euclidean(let epsilon): epsilon
    }
  }
}

/// Angles by which pairs of elements are rotated.
public struct Rotation: Sendable {
  /// Which elements of a row are a pair.
  public enum Pairing: Hashable, Sendable {
    /// 0 and 1, 2 and 3, …
    case adjacent
    /// An element of the first half of a row, and its like in the second.
    case halves
  }

  /// [tokens, d/2].
  public let cosines: Tensor
  /// [tokens, d/2].
  public let sines: Tensor
  /// Which elements of a row are a pair.
  public let pairing: Pairing

  /// Puts the angles' functions together; traps where they are not of one shape.
  public init(cosines: Tensor, sines: Tensor, pairing: Pairing) {
    require(
      cosines.shape == sines.shape, "cosines of \(cosines.shape) don't belong to sines of \(sines.shape)")
    self.cosines = cosines
    self.sines = sines
    self.pairing = pairing
  }
}
