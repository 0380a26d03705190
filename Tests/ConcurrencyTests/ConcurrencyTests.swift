import Foundation
import Testing
import XAICore
import XAIExplainers
import XAIFoundation
import XAIImage
import XAITensor
import XAITesting

/// Explaining from tasks: the same bits, progress, and an end when it is asked for.
@Suite struct ConcurrencyTests {
  private let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())

  private func image(_ seed: UInt64) -> RGBImage {
    var random = SeededRandom(seed: seed)
    return RGBImage(width: 12, height: 12) { samples in
      for index in 0..<12 * 12 * 3 { samples[index] = UInt8(random.index(below: 256)) }
    }
  }

  /// The synchronous form, which an asynchronous function can't call by the same name.
  private func synchronous(
    _ explainer: some Explainer, _ image: RGBImage, using model: any Model
  ) throws -> Attribution {
    try explainer.explain(image, using: model)
  }

  @Test(
    "many tasks on one model have the same bits as one after the other",
    arguments: AvailableKernels.all, [false, true])
  func manyTasks(_ kernels: AvailableKernels, isHierarchical: Bool) async throws {
    let model =
      isHierarchical
      ? HierarchicalToyModel.shifted.make(on: kernels.make()) : ToyModel.classToken.make(on: kernels.make())
    let all: [any Explainer] = [
      GMAR(), AttnLRP(), GradCAM(), try RISE { $0.masks = 30 }, IntegratedGradients(), Occlusion(),
    ]
    let explainers = all.filter { (try? $0.check(fits: model.descriptor)) != nil }
    #expect(explainers.count >= 5)
    let images = (1...4).map { image($0) }
    var expected: [Attribution] = []
    for explainer in explainers {
      for image in images { expected.append(try synchronous(explainer, image, using: model)) }
    }
    let found = try await withThrowingTaskGroup(of: (Int, Attribution).self) { group in
      for (index, explainer) in explainers.enumerated() {
        for (place, image) in images.enumerated() {
          group.addTask {
            (index * images.count + place, try await explainer.explain(image, using: model))
          }
        }
      }
      var maps = [Attribution?](repeating: nil, count: expected.count)
      for try await (place, map) in group { maps[place] = map }
      return maps
    }
    #expect(found == expected)
  }

  @Test("a run says how far it is, and gives the map of the synchronous form")
  func progress() async throws {
    let rise = try RISE {
      $0.masks = 64
      $0.batch = 8
    }
    let run = rise.begin(image(1), using: model)
    var last: PassCount?
    for await count in run.progress {
      #expect(count.explainer == rise.specification && count.done > last?.done ?? 0)
      last = count
    }
    #expect(last?.done == last?.total)
    #expect(try await run.value == synchronous(rise, image(1), using: model))
  }

  @Test("a cancelled run ends between two batches of passes")
  func betweenBatches() async throws {
    let run = try RISE { $0.masks = 64 }.begin(image(1), using: try WaitingModel(model, image(1)))
    run.cancel()
    await #expect(throws: CancellationError.self) { try await run.value }
  }

  @Test("a cancelled task ends between two layers of a pass, forward and backward, windowed or not")
  func betweenLayers() async throws {
    let models: [any Model] = [
      model, HierarchicalToyModel.shifted.make(on: AvailableKernels.preferred.make()),
    ]
    for model in models {
      let size = model.descriptor.preprocessing.inputSize ?? (12, 12)
      let input = Tensor(repeating: 0.5, [1, 3, size.height, size.width])
      let forward = Task {
        waitForCancellation()
        return try model.logits(input)
      }
      forward.cancel()
      await #expect(throws: CancellationError.self) { try await forward.value }

      let trace = try model.forward(input, recording: Recording(gradients: true))
      let cotangent = try trace.cotangent(of: Targets([[0]]), contrast: .none)
      let backward = Task {
        waitForCancellation()
        return try model.differentiable().backward(
          from: cotangent, through: trace, requesting: GradientRequest(input: true))
      }
      backward.cancel()
      await #expect(throws: CancellationError.self) { _ = try await backward.value }
    }
  }

  @Test("a task that is cancelled ends what it waits for")
  func cancelledTask() async throws {
    let waiting = try WaitingModel(model, image(1))
    let image = image(1)
    let task = Task { try await RISE().explain(image, using: waiting) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }

    let run = RISE().begin(image, using: waiting)
    let waiter = Task { try await run.value }
    waiter.cancel()
    await #expect(throws: CancellationError.self) { try await waiter.value }
  }
}

/// Returns when the task is cancelled: what comes after it can rely on that, however fast or slow the machine is.
private func waitForCancellation() { while !Task.isCancelled { sched_yield() } }

/// A model that looks at its first image at once, and from then on answers only when the task is cancelled.
private struct WaitingModel: Model {
  let descriptor: ModelDescriptor
  private let model: any Model
  private let first: ForwardTrace

  init(_ model: any Model, _ image: RGBImage) throws {
    (self.model, descriptor) = (model, model.descriptor)
    first = try model.forward(model.descriptor.preprocessing.tensor(from: image), recording: Recording())
  }

  func layout(height: Int, width: Int) throws -> TokenLayout {
    try model.layout(height: height, width: width)
  }

  func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
    guard input.elements != first.input.elements else { return first }
    waitForCancellation()
    return ForwardTrace(
      input: input, layout: first.layout,
      logits: Tensor(repeating: 0, [input.shape[0], descriptor.classCount]))
  }
}
