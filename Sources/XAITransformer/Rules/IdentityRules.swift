import XAICore
import XAITensor

/// Operations y = f(x) through which relevance passes unchanged: c_x = c_y·y/x, and nothing where x is 0.
enum IdentityRules {
  /// Multiplies a cotangent with y/x, element by element, and adds a residual; y and x are repeated for it.
  static func apply(_ cotangent: Tensor, input: Tensor, output: Tensor, residual: Tensor? = nil) -> Tensor {
    let (c, x, y) = (Elementwise.operand(0), Elementwise.operand(1), Elementwise.operand(2))
    let passed = Elementwise.where(isZero: x, then: 0, otherwise: c * (y / x))
    guard let residual else { return .map([cotangent, input, output], to: cotangent.shape, passed) }
    return .map([cotangent, input, output, residual], to: cotangent.shape, passed + .operand(3))
  }
}
