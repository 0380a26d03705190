import Synchronization
import XAICore
import XAIFoundation
import XAIImage
import XAITensor

/// How long an evaluation will take on this machine, from a few measured passes of the model.
public struct EvaluationEstimate: Hashable, Sendable, Codable {
  /// Seconds for one image of the sample.
  public var secondsPerImage: Double
  /// Seconds for one input of the model, in a batch.
  public var secondsPerInput: Double
  /// The most inputs that the metrics ask about for one image, with all of its classes and explainers.
  public var inputsPerImage: Int
  /// Seconds of making the maps of one image, of each explainer.
  public var secondsPerMap: [Double]
}

extension Evaluation {
  /// Measures what the work on one image takes: a pass of the model, and each explainer up to its first batch of passes.
  ///
  /// The numbers of requests are those of the first images that can be read. Nothing is kept of what is measured.
  ///
  /// - Throws: what the model throws; `EvaluationError.nothing` where no image can be read.
  public func estimate() throws -> EvaluationEstimate {
    let group = LoadedGroup(
      0..<min(Self.groupSize, data.sampleCount), of: data, split: split,
      preprocessing: model.descriptor.preprocessing, profile: nil)
    guard let image = group.images.first else {
      throw EvaluationError.nothing("none of the first images can be read, so nothing can be measured")
    }
    let clock = ContinuousClock()
    func seconds(_ body: () throws -> Void) rethrows -> Double { try clock.measure(body) / .seconds(1) }
    let input = try model.descriptor.preprocessing.withoutResizing.tensor(from: [image.image])
    let count = min(Self.groupSize, settings.batchSize)
    let batch = Tensor(TensorShape([count] + input.shape.extents.dropFirst())) { elements in
      for row in 0..<count { input.write(to: elements + row * input.count) }
    }
    _ = try model.logits(input)
    let secondsPerInput = try seconds { _ = try model.logits(batch) } / Double(count)

    var recorded: ForwardTrace?
    let forward = try seconds { recorded = try model.forward(input, recording: recording) }
    guard let trace = recorded else { throw EvaluationError.nothing("the model gave no answer") }
    let asked = try settings.target.classes(
      of: [image], logits: trace.logits, labels: model.descriptor.labels)
    let classes = asked[0].isEmpty ? [0] : asked[0]
    let targets = PaddedTargets([classes]).targets
    let secondsPerMap = explainers.map { explainer -> Double in
      let progress = Guarded<(done: Int, total: Int)?>(nil)
      let taken = seconds {
        do {
          // The first batch of passes says how long all of them take.
          try PassProgress.watched(by: { count in
            progress.withLock { $0 = (count.done, count.total) }
            return count.done >= count.total
          }) { _ = try explainer.explain(from: trace, targets: targets, using: model) }
        } catch is CancellationError {
        } catch {
          // An explainer that fails here fails in the run, and says so there.
        }
      }
      guard let (done, total) = progress.withLock({ $0 }), done > 0 else { return taken }
      return taken * Double(total) / Double(done)
    }

    let (inputs, maps) = try requests(about: image, classes: classes, trace)
    let heads =
      settings.measuresHeads ? model.descriptor.layerCount * model.descriptor.headCount : 0
    let explaining = secondsPerMap.reduce(0, +)
    let perMap = explainers.isEmpty ? 0 : explaining / Double(explainers.count) + forward
    let answering = Double(inputs + heads) * secondsPerInput + Double(maps) * perMap
    return EvaluationEstimate(
      secondsPerImage: forward + explaining + answering,
      secondsPerInput: secondsPerInput, inputsPerImage: inputs + heads, secondsPerMap: secondsPerMap)
  }

  /// How many logits and further maps the metrics ask for at most, each different request once.
  private func requests(
    about image: LoadedImage, classes: [Int], _ trace: ForwardTrace
  ) throws -> (inputs: Int, maps: Int) {
    var queue = RequestQueue(
      about: [image.subject], input: trace.input, model: model, explainers: explainers, randomised: nil,
      batchSize: settings.batchSize)
    let row = LogitRow(trace.logits[0].elements, meaning: model.descriptor.output)
    // Any map will do: the number of requests doesn't depend on what is in it.
    let grid = trace.layout.grid
    let scores = (0..<grid.count).map { Float($0) }
    let pixels = image.subject.pixels
    var (later, maps) = (0, 0)
    for (number, metric) in metrics.enumerated() {
      var subject = try MetricSubject(
        pixels: pixels, preprocessing: model.descriptor.preprocessing, scores: scores, grid: grid,
        map: [Float](repeating: 0, count: pixels.shape[1] * pixels.shape[2]), classIndex: classes[0],
        probability: row.probability(of: classes[0]))
      subject.objects = image.objects
      subject.logits = row.logits
      subject.layerCount = model.descriptor.layerCount
      let plan = try metric.plan(for: subject)
      if case .ask(_, let requested, _, _) = plan { maps += requested.count }
      var evaluation = MetricEvaluation(
        plan,
        asker: RequestQueue.Asker(
          image: 0, classIndex: classes[0], explainer: 0, map: 1, metric: metric.specification),
        number: number)
      _ = evaluation.ask(&queue)
      later += evaluation.unaskedLimit
    }
    let judged = classes.count * explainers.count
    return (inputs: (queue.askedCount - maps + later) * judged, maps: maps * judged)
  }
}
