import XAIFoundation

/// The heavy arithmetic, and the one seam between the framework and a processor.
///
/// All operations are on float32. Rows of a tensor are its last dimension; all leading dimensions count rows.
/// Shapes that do not fit are programming errors and trap with both shapes. An implementation may be called from
/// several threads; it runs each operation on all its own threads.
public protocol Kernels: Sendable, CustomStringConvertible {
  /// What runs, for people: library, version and threads.
  var name: String { get }

  /// Multiplies matrices: C ← activation(scale · A·B + bias) + residual, or C ← C + scale · A·B.
  ///
  /// - Parameters:
  ///   - a: [outer, inner, M, K].
  ///   - b: [outer, inner, K, N]. Batch counts of `a` and `b` equal those of `layout`, or divide them: fewer
  ///     matrices are repeated.
  ///   - buffer: receives C; elements outside `layout` keep their values.
  ///   - layout: [outer, inner, M, N] with columns of stride 1.
  ///   - epilogue: what happens to each element of the product on its way to memory.
  func multiply(
    _ a: MatrixOperand, _ b: MatrixOperand, into buffer: inout TensorBuffer, _ layout: MatrixLayout,
    _ epilogue: Epilogue)

  /// Attention of each head: A = softmax(scale · Q·Kᵀ + bias), O = A·V.
  ///
  /// - Parameters:
  ///   - operands: Q, K and V by row.
  ///   - keepsAttention: whether A is returned.
  /// - Returns: O, the heads side by side, [outer, N, inner · d]; and A, [outer, inner, N, N].
  func attend(_ operands: AttentionOperands, keepsAttention: Bool) -> (outputs: Tensor, attention: Tensor?)

  /// Softmax of each row: yᵢ = exp(xᵢ − max x) / Σⱼ exp(xⱼ − max x), in place.
  func softmax(rowsOf buffer: inout TensorBuffer)

  /// Gradient of a softmax, in place of the gradient of its output.
  ///
  /// dxᵢ = yᵢ · (dyᵢ − Σⱼ yⱼ·dyⱼ).
  ///
  /// - Parameters:
  ///   - output: y; it may hold fewer rows than the gradient, and is then repeated.
  ///   - gradient: dy on entry, dx on return.
  func softmaxBackward(output: Tensor, gradient: inout TensorBuffer)

  /// Layer norm of each row: y = (x − mean) / √(variance + ε) · weight + bias, with the biased variance.
  ///
  /// - Returns: y and the statistics that the backward form needs.
  func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float) -> (Tensor, RowStatistics)

  /// Gradient of a layer norm with respect to its input, plus `residual` where it is given.
  ///
  /// With x̂ = (x − mean)·r, r = 1/√(variance + ε), g = dy·weight:
  /// dx = r · (g − mean(g) − x̂·mean(g·x̂)); with `constantVariance` the last term is left out, because r counts as
  /// a constant.
  ///
  /// `x` and `statistics` may hold fewer rows than `gradient`, and are then repeated.
  func layerNormBackward(
    _ gradient: Tensor, x: Tensor, statistics: RowStatistics, weight: Tensor, epsilon: Float,
    constantVariance: Bool, residual: Tensor?
  ) -> Tensor

  /// Gradients of a layer norm's weight and bias: Σ_rows dy·x̂ and Σ_rows dy, each [columns].
  func layerNormParameterGradients(
    _ gradient: Tensor, x: Tensor, statistics: RowStatistics, epsilon: Float
  ) -> (weight: Tensor, bias: Tensor)

  /// GELU of each element: x·Φ(x) = x/2 · (1 + erf(x/√2)).
  func gelu(_ x: Tensor) -> Tensor

  /// Gradient of GELU, in place of the gradient of its output: dx = dy · (Φ(x) + x·φ(x)).
  ///
  /// `x` may hold fewer elements than the gradient, and is then repeated.
  func geluBackward(_ x: Tensor, gradient: inout TensorBuffer)

  /// The ratio of GELU to its argument, in place of a cotangent of its output: dx = dy · Φ(x).
  ///
  /// `x` may hold fewer elements than the cotangent, and is then repeated.
  func geluRatio(_ x: Tensor, gradient: inout TensorBuffer)

  /// GELU of each element and, in place of the gradient of that, the gradient of `x`, in one pass.
  ///
  /// Training needs both at once; `x` has as many elements as the gradient.
  func geluWithBackward(_ x: Tensor, gradient: inout TensorBuffer) -> Tensor

  /// Sums the rows of a matrix: [rows, columns] to [columns].
  func columnSums(_ x: Tensor) -> Tensor

  /// Adds a tensor to a buffer of as many elements, element by element.
  func add(_ x: Tensor, to sum: inout TensorBuffer)

  /// Multiplies each column by a factor, and adds a residual of the same shape: yᵣ꜀ = xᵣ꜀ · factor꜀ + residualᵣ꜀.
  func scaleColumns(of x: Tensor, by factors: Tensor, adding residual: Tensor?) -> Tensor

  /// SwiGLU of each row (Shazeer 2020, arXiv 2002.05202, equation 6), [..., 2·n] to [..., n].
  ///
  /// With a the first half of a row and b the second: y = SiLU(a) ⊙ b, SiLU(a) = a·σ(a), σ(a) = 1/(1 + exp(−a)).
  func swiGLU(_ x: Tensor) -> Tensor

  /// Gradient of SwiGLU, [..., n] to [..., 2·n]: da = dy·b·σ(a)·(1 + a·(1 − σ(a))), db = dy·a·σ(a).
  ///
  /// `x` may hold fewer rows than `gradient`, and is then repeated.
  func swiGLUBackward(_ x: Tensor, gradient: Tensor) -> Tensor

  /// A cotangent of SwiGLU, [..., n] to [..., 2·n], by the ratio of SiLU to its argument: da = gate · dy·b·σ(a),
  /// db = value · dy·a·σ(a).
  ///
  /// `x` may hold fewer rows than `gradient`, and is then repeated.
  func swiGLURatio(_ x: Tensor, gradient: Tensor, gate: Float, value: Float) -> Tensor

  /// GELU of each element in a form that a sigmoid gives: x·σ(u(x)).
  func sigmoidGELU(_ x: Tensor, _ form: SigmoidGELU) -> Tensor

  /// Gradient of that, in place of the gradient of its output: dx = dy · σ(u) · (1 + x·(1 − σ(u))·u′(x)).
  ///
  /// `x` may hold fewer elements than the gradient, and is then repeated.
  func sigmoidGELUBackward(_ x: Tensor, _ form: SigmoidGELU, gradient: inout TensorBuffer)

  /// The ratio of that to its argument, in place of a cotangent of its output: dx = dy · σ(u).
  ///
  /// `x` may hold fewer elements than the cotangent, and is then repeated.
  func sigmoidGELURatio(_ x: Tensor, _ form: SigmoidGELU, gradient: inout TensorBuffer)

  /// Rotates the pairs of elements of each row of x: (a, b) ↦ (a·cos θ − b·sin θ, b·cos θ + a·sin θ).
  ///
  /// - Parameters:
  ///   - x: [..., N, H, d], d even.
  ///   - angles: one for each pair of each of N tokens, or of more leading dimensions of x; fewer tokens are repeated.
  ///     The H rows of a token have the same.
  ///   - inverted: whether θ is −θ, which is both the inverse and the gradient.
  func rotatePairs(of x: Tensor, by angles: Rotation, inverted: Bool) -> Tensor

  /// Divides each row by its size: y = x·r, with r as `size` has it.
  func normaliseRows(_ x: Tensor, by size: RowSize) -> Tensor

  /// Gradient of that: dx = r · (dy − y·mean(dy ⊙ y)), or the sum for the mean where the size is Euclidean.
  ///
  /// `x` may hold fewer rows than the gradient, and is then repeated.
  ///
  /// - Parameters:
  ///   - gradient: dy.
  ///   - x: the rows that were normalised.
  ///   - size: what they were divided by.
  ///   - constantSize: whether r counts as a constant: dx = r · dy.
  func normaliseRowsBackward(_ gradient: Tensor, x: Tensor, by size: RowSize, constantSize: Bool) -> Tensor

  /// Sums the rows of x ⊙ y, two matrices of the same size: [rows, columns] to [columns].
  func columnSums(ofProducts x: Tensor, _ y: Tensor) -> Tensor
}

/// What happens to each element of a matrix product on its way to memory, in this order.
public struct Epilogue: Sendable {
  /// The product is multiplied by this first.
  public var scale: Float
  /// A vector of as many elements as the product has columns, added to each row.
  public var bias: Tensor?
  /// Applied after the bias.
  public var activation: Activation?
  /// Added last: rows and columns as the product's, batch counts as the product's or 1.
  public var residual: MatrixOperand?
  /// Adds the product to what the destination holds; bias, activation and residual are not used with it.
  public var accumulates: Bool

  /// Makes an epilogue; by default the product is stored as it is.
  public init(
    scale: Float = 1, bias: Tensor? = nil, activation: Activation? = nil, residual: MatrixOperand? = nil,
    accumulates: Bool = false
  ) {
    require(
      !accumulates || (bias == nil && activation == nil && residual == nil),
      "a product that accumulates has no bias, activation or residual")
    self.scale = scale
    self.bias = bias
    self.activation = activation
    self.residual = residual
    self.accumulates = accumulates
  }

  /// Stores the product as it is.
  public static var plain: Epilogue { Epilogue() }

  /// An element-wise function that a product can end with.
  public enum Activation: Hashable, Sendable {
    /// x·Φ(x), with the error function.
    case gelu
  }
}

/// Mean and biased variance of each row, as the forward layer norm found them.
public struct RowStatistics: Sendable {
  /// One mean per row.
  public let mean: Tensor
  /// One biased variance per row.
  public let variance: Tensor

  /// Holds the statistics of rows; both tensors have as many elements as there are rows.
  public init(mean: Tensor, variance: Tensor) {
    self.mean = mean
    self.variance = variance
  }
}

extension Kernels {
  /// The name.
  public var description: String { name }
}
