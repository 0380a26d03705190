package import XAITensor

/// How long a piece of work took, and what that comes to.
package struct BenchResult: Sendable, Encodable {
  /// What a model was made to do.
  package enum Work: String, Sendable, Encodable {
    /// Logits of a batch.
    case forward
    /// Maps of a batch, for the predicted classes.
    case explain
    /// Maps of an image and all metrics of them.
    case evaluate
  }

  /// What was done.
  package let work: Work
  /// The explainers, as users write them; empty for a forward pass.
  package let explainers: [String]
  /// The metrics, as users write them, where there are any.
  package let metrics: [String]
  /// What the factors of products keep.
  package let precision: KernelSelection.Precision
  /// Images in a batch; for an evaluation, the inputs that the model sees at once.
  package let batch: Int
  /// Images a run.
  package let images: Int
  /// Images in forward passes of a run: more than images where metrics show changed ones.
  package let forwards: Int
  /// Seconds of a run.
  package let seconds: Timing
  /// Seconds in the phases of the fastest run; nil for a forward pass, which has one.
  package let phases: Phases?
  /// Images a second in the fastest run.
  package let imagesPerSecond: Double
  /// Published operations of the model a second, × 10⁻⁹; nil for a model whose operations aren't known.
  package let gigaflops: Double?
  /// Operations that were done a second, × 10⁻⁹: as those, or fewer.
  package let doneGigaflops: Double?
  /// The same as a share of what the processor can do at most in this precision; nil until it is compared with a machine.
  package private(set) var shareOfPeak: Double?
  /// The most memory, in bytes, weights included; nil where the system doesn't say.
  package let peakBytes: Int?

  /// Sets the share of the peak by what is known of a machine.
  package mutating func compare(with machine: Machine) {
    guard let doneGigaflops, let most = machine.mostGigaflops(precision) else { return }
    shareOfPeak = doneGigaflops / most
  }

  /// The phases of an explanation or evaluation.
  package struct Phases: Hashable, Sendable, Encodable {
    /// Seconds in forward passes.
    package let forward: Double
    /// Seconds in backward passes, with what is done with gradients of attention as they are made.
    package let reverse: Double
    /// The rest: for GMAR, the rollout; in an evaluation, the images, frames and numbers as well.
    package let rest: Double
  }

  /// The operations of a run: as they are published, and as far as they are done.
  struct Operations {
    let published: Double
    let done: Double
  }
}
