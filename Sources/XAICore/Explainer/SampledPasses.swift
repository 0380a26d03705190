public import XAITensor

/// Forward and backward passes over many changed inputs of the images of a trace, in batches of bounded memory.
///
/// After each batch ``PassProgress`` is told.
///
/// All targets of an input share its forward pass. What the backward passes go back from is the same for every input: a fixed
/// linear function of the logits, also where a contrast depends on the logits of the images themselves.
public struct SampledPasses {
  /// A batch of samples while its traces and gradients are in memory.
  public struct Batch: Sendable {
    /// The samples in it.
    public let samples: Range<Int>
    /// Gradients; see ``row(sample:of:)``.
    public let gradients: Gradients
    fileprivate let images: Int

    /// The row of a sample's gradient for a row of the targets' own cotangent, t·B + i.
    public func row(sample: Int, of passRow: Int) -> Int {
      (passRow / images * samples.count + sample - samples.lowerBound) * images + passRow % images
    }
  }

  /// Inputs in memory at once: more are not faster, and a ViT-B/16 keeps 100 MB of each for its backward pass.
  private static let inputsPerBatch = 8

  private let explainer: String
  private let images: Int
  private let inputShape: TensorShape
  private let cotangent: Tensor
  private let rules: PropagationRules
  private let model: any Model

  /// Prepares passes.
  ///
  /// - Parameters:
  ///   - trace: of the images themselves.
  ///   - cotangent: what the backward passes go back from, [k·B, classes].
  ///   - rules: how they go through each kind of operation; the derivative by default.
  ///   - model: the model of the trace.
  ///   - explainer: whose passes they are.
  public init(
    _ trace: ForwardTrace, cotangent: Tensor, rules: PropagationRules = .gradient, using model: any Model,
    for explainer: some Explainer
  ) {
    self.explainer = explainer.specification
    self.images = trace.batchCount
    self.inputShape = trace.input.shape
    self.cotangent = cotangent
    self.rules = rules
    self.model = model
  }

  /// Runs `count` samples of every image.
  ///
  /// - Parameters:
  ///   - count: samples of each image.
  ///   - request: what the backward passes compute.
  ///   - write: writes the input of sample s of all images, B·3·H·W values.
  ///   - visitAttention: as for ``DifferentiableModel/backward(from:through:rules:requesting:visitAttention:)``, with the samples of the
  ///     batch; rows are those of ``Batch/row(sample:of:)``.
  ///   - take: takes the gradients of a batch.
  /// - Throws: what the model throws, and `CancellationError` where the run is stopped.
  public func run(
    _ count: Int, requesting request: GradientRequest,
    write: (_ sample: Int, _ destination: UnsafeMutablePointer<Float>) -> Void,
    visitAttention: (Batch, AttentionGradient) throws -> Void = { _, _ in },
    take: (Batch) throws -> Void = { _ in }
  ) throws {
    let most = max(1, Self.inputsPerBatch / images)
    let batches = (count + most - 1) / most
    for batch in 0..<batches {
      // Batches differ by one sample at most, and so do the shapes that kernels prepare for.
      let samples = batch * count / batches..<(batch + 1) * count / batches
      let input = Tensor(TensorShape([samples.count * images] + inputShape.extents.dropFirst())) { elements in
        for sample in samples {
          write(sample, elements + (sample - samples.lowerBound) * inputShape.count)
        }
      }
      let trace = try model.forward(input, recording: Recording(gradients: true))
      _ = try model.finite(trace.logits, of: input)
      let visited = Batch(samples: samples, gradients: Gradients(), images: images)
      let gradients = try model.differentiable().backward(
        from: repeated(samples.count), through: trace, rules: rules, requesting: request
      ) { try visitAttention(visited, $0) }
      try take(Batch(samples: samples, gradients: gradients, images: images))
      try PassProgress.tell(
        PassCount(explainer: explainer, done: samples.upperBound * images, total: count * images))
    }
  }

  /// Adds Σ_s weights[s]·∂y/∂input of every sample: [k·B, 3, H, W].
  public func weightedInputGradient(
    _ weights: [Float], write: (_ sample: Int, _ destination: UnsafeMutablePointer<Float>) -> Void
  ) throws -> Tensor {
    let shape = TensorShape([cotangent.shape[0]] + inputShape.extents.dropFirst())
    let plane = shape.count / shape[0]
    var sum = [Float](repeating: 0, count: shape.count)
    try run(
      weights.count, requesting: GradientRequest(input: true), write: write,
      take: { batch in
        guard let gradient = batch.gradients.input else {
          throw ModelError.notRecorded("gradient of the input")
        }
        let host = gradient.onHost("gradient of the input")
        if let first = NotFiniteTensor(host, .inputGradient) {
          throw AttributionError.notFinite(explainer: explainer, first: first)
        }
        host.withElements { gradient in
          sum.withUnsafeMutableBufferPointer { sum in
            for sample in batch.samples {
              for passRow in 0..<shape[0] {
                let source = batch.row(sample: sample, of: passRow) * plane
                let destination = passRow * plane
                let weight = weights[sample]
                for index in 0..<plane { sum[destination + index] += weight * gradient[source + index] }
              }
            }
          }
        }
      })
    return Tensor(shape, sum)
  }

  /// The cotangent of a batch of samples: row (t·S + s)·B + i is row t·B + i of the targets' own.
  private func repeated(_ samples: Int) -> Tensor {
    let classCount = cotangent.shape[1]
    let block = images * classCount
    return Tensor([cotangent.shape[0] * samples, classCount]) { elements in
      cotangent.withElements { own in
        for target in 0..<cotangent.shape[0] / images {
          for sample in 0..<samples {
            for index in 0..<block {
              elements[(target * samples + sample) * block + index] = own[target * block + index]
            }
          }
        }
      }
    }
  }
}
