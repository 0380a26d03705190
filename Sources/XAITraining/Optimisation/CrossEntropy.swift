import XAICore
import XAIFoundation
package import XAITensor

/// The loss that classifiers are trained by: cross-entropy with label smoothing.
///
/// With p = softmax(z), K classes and smoothing s, the loss of an image of class c is
/// −Σₖ qₖ·log pₖ with q = (1 − s)·[k = c] + s/K (Szegedy et al. 2016, arXiv 1512.00567, section 7).
package struct CrossEntropy: Sendable {
  /// The share of the label that is spread over all classes, from 0 to less than 1.
  package let smoothing: Float

  /// Makes the loss.
  package init(smoothing: Float = 0) {
    self.smoothing = smoothing
  }

  /// What a batch came to.
  package struct Result: Sendable {
    /// The sum of the losses of the images.
    package var lossSum: Double
    /// How many images have their class as the highest logit, the first of equal ones.
    package var correctCount: Int
    /// ∂(Σ loss · scale)/∂logits: (p − q) · scale, [B, classes].
    package var gradient: Tensor
  }

  /// The loss of logits, [B, classes].
  ///
  /// - Parameters:
  ///   - labels: the class of each image.
  ///   - scale: what the gradient is multiplied by, 1/B for the gradient of the mean.
  package func callAsFunction(_ logits: Tensor, labels: [Int], scale: Float) -> Result {
    let classes = logits.shape[1]
    require(logits.shape[0] == labels.count, "one label per row: \(labels.count) for \(logits.shape)")
    var (lossSum, correctCount) = (0.0, 0)
    let gradient = Tensor(logits.shape) { gradient in
      logits.withElements { logits in
        for (row, label) in labels.enumerated() {
          require((0..<classes).contains(label), "the class \(label) is not one of \(classes)")
          let z = UnsafeBufferPointer(rebasing: logits[row * classes..<(row + 1) * classes])
          let found = rowLoss(z, label: label, scale: scale, gradient: gradient + row * classes)
          lossSum += found.loss
          correctCount += found.isCorrect ? 1 : 0
        }
      }
    }
    return Result(lossSum: lossSum, correctCount: correctCount, gradient: gradient)
  }

  /// One row, in double: log p = z − max z − log Σ exp(z − max z).
  private func rowLoss(
    _ z: UnsafeBufferPointer<Float>, label: Int, scale: Float, gradient: UnsafeMutablePointer<Float>
  ) -> (loss: Double, isCorrect: Bool) {
    var best = 0
    for k in z.indices where z[k] > z[best] { best = k }
    let softmax = Softmax<Double>(z)
    let logitSum = z.reduce(0) { $0 + (Double($1) - softmax.highest) }
    let logSum = logarithm(softmax.sum)
    let (spread, count) = (Double(smoothing), Double(z.count))
    for k in z.indices {
      let p = softmax.share(of: z[k])
      let q = (k == label ? 1 - spread : 0) + spread / count
      gradient[k] = Float((p - q) * Double(scale))
    }
    let ofLabel = logSum - (Double(z[label]) - softmax.highest)
    let ofAll = logSum - logitSum / count
    return ((1 - spread) * ofLabel + spread * ofAll, best == label)
  }
}
