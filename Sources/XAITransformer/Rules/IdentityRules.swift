import XAITensor

/// Operations y = f(x) through which relevance passes unchanged: c_x = c_y·y/x, and nothing where x is 0.
enum IdentityRules {
  /// Multiplies a cotangent with y/x, element by element, and adds a residual; y and x are repeated for it.
  static func apply(_ cotangent: Tensor, input: Tensor, output: Tensor, residual: Tensor? = nil) -> Tensor {
    Tensor(cotangent.shape) { result in
      cotangent.withElements { c in
        input.withElements { x in
          output.withElements { y in
            forEachRepetition(of: x.count, in: c.count) { start in
              for i in x.indices { result[start + i] = x[i] == 0 ? 0 : c[start + i] * (y[i] / x[i]) }
            }
          }
        }
      }
      residual?.withElements { residual in
        for i in residual.indices { result[i] += residual[i] }
      }
    }
  }
}
