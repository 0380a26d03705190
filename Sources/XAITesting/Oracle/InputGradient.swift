public import XAICore
public import XAITensor

extension Model {
  /// ∂y/∂x of one image, [3, H, W], by a pass of its own: what explainers that run many passes together are held against.
  ///
  /// - Parameters:
  ///   - image: [3, H, W].
  ///   - direction: ∂y/∂logits.
  public func inputGradient(at image: Tensor, along direction: [Float]) throws -> Tensor {
    let trace = try forward(
      image.reshaped(to: TensorShape([1] + image.shape.extents)), recording: Recording(gradients: true))
    let gradients = try differentiable().backward(
      from: Tensor([1, direction.count], direction), through: trace, requesting: GradientRequest(input: true))
    guard let gradient = gradients.input else { throw ModelError.notRecorded("gradient of the input") }
    return gradient[0]
  }

  /// ∂y/∂logits of a class alone.
  public func direction(of classIndex: Int) -> [Float] {
    (0..<descriptor.classCount).map { $0 == classIndex ? 1 : 0 }
  }
}

/// The sum of values [3, H, W] over channels and the pixels of each patch, value by value.
public func patchSums(of values: [Float], _ shape: TensorShape, grid: PatchGrid) -> [Double] {
  let (height, width) = (shape[1], shape[2])
  var sums = [Double](repeating: 0, count: grid.count)
  for (index, value) in values.enumerated() {
    let (y, x) = (index / width % height, index % width)
    sums[y * grid.rows / height * grid.columns + x * grid.columns / width] += Double(value)
  }
  return sums
}
