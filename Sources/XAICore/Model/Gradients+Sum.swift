public import XAITensor

extension Gradients {
  /// Adds the gradients of parameters of another part of a batch, in place where nothing else holds the sum.
  public mutating func addParameters(of other: Gradients, on kernels: any Kernels) {
    for (name, gradient) in other.parameters {
      guard let known = parameters.removeValue(forKey: name) else {
        parameters[name] = gradient
        continue
      }
      var sum = TensorBuffer(reusing: consume known)
      kernels.add(gradient, to: &sum)
      parameters[name] = sum.freeze()
    }
  }
}
