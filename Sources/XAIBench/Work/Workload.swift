package import XAICore
package import XAIEvaluation
import XAIFoundation
import XAIImage
import XAITensor

/// A piece of work that can be run again and again.
struct Workload {
  let work: BenchResult.Work
  let explainers: [any Explainer]
  let metrics: [any Metric]
  let batch: Int
  /// Runs once, on whatever model it was made for.
  let run: () throws -> Void
}

extension Workload {
  /// Logits of a batch of noise.
  static func forward(_ model: TimedModel, batch: Int) -> Workload {
    let input = noise(for: model, batch: batch)
    return Workload(work: .forward, explainers: [], metrics: [], batch: batch) { _ = try model.logits(input) }
  }

  /// Maps of a batch of noise, for the predicted classes.
  static func explain(_ model: TimedModel, by explainer: any Explainer, batch: Int) -> Workload {
    let input = noise(for: model, batch: batch)
    return Workload(work: .explain, explainers: [explainer], metrics: [], batch: batch) {
      _ = try explainer.explain(input, using: model)
    }
  }

  /// An evaluation of images, from opening them to keeping the results.
  static func evaluate(_ model: TimedModel, _ plan: EvaluationPlan) throws -> Workload {
    var settings = Evaluation.Settings()
    settings.isStrict = true
    let evaluation = try Evaluation(
      model: model, data: plan.data, explainers: plan.explainers, metrics: plan.metrics, settings: settings)
    return Workload(
      work: .evaluate, explainers: plan.explainers, metrics: plan.metrics, batch: settings.batchSize
    ) { try plan.run(evaluation) }
  }

  private static func noise(for model: TimedModel, batch: Int) -> Tensor {
    let size = model.descriptor.preprocessing.inputSize ?? (height: 224, width: 224)
    let shape: TensorShape = [batch, 3, size.height, size.width]
    var random = SeededRandom(seed: 2)
    return Tensor(shape) { elements in
      for index in 0..<shape.count { elements[index] = 2 * random.uniform() - 1 }
    }
  }
}

extension BenchResult.Operations {
  /// The operations of what a run showed to a model; nil for a model whose operations aren't known.
  ///
  /// An explainer's backward pass is counted as GMAR's is: to the attention of every layer.
  init?(_ workload: Workload, forwards: Int, images: Int, of model: any Model) {
    guard let image = VisionTransformerOperations(of: model) else { return nil }
    let passes = workload.explainers.filter { $0.descriptor.backwardPasses == "1" }.count * images
    published = Double(forwards) * image.forward + Double(passes) * image.reverse
    done = Double(forwards) * image.neededForward + Double(passes) * image.neededReverse
  }
}

/// An evaluation to be timed.
package struct EvaluationPlan: Sendable {
  /// The images.
  package let data: EvaluationData
  /// Whose maps are judged.
  package let explainers: [any Explainer]
  /// What they are judged by.
  package let metrics: [any Metric]
  /// Runs an evaluation from opening the images to keeping the results, as often as it is timed.
  package let run: @Sendable (Evaluation) throws -> Void

  /// Puts an evaluation together; whether it fits a model is checked when that is timed.
  package init(
    data: EvaluationData, explainers: [any Explainer], metrics: [any Metric],
    run: @escaping @Sendable (Evaluation) throws -> Void
  ) {
    self.data = data
    self.explainers = explainers
    self.metrics = metrics
    self.run = run
  }
}
