import Synchronization
import Testing
import XAICore
import XAIExplainers
import XAIFoundation
import XAIImage
import XAITesting

/// Explaining from tasks: the same bits, progress, and an end when it is asked for.
@Suite struct ConcurrencyTests {
  private let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())

  private func image(_ seed: UInt64) -> Image {
    var random = SeededRandom(seed: seed)
    return Image(
      width: 12, height: 12, pixels: (0..<12 * 12 * 3).map { _ in UInt8(random.index(below: 256)) })
  }

  /// The synchronous form, which an asynchronous function can't call by the same name.
  private func synchronous(_ explainer: some Explainer, _ image: Image) throws -> Attribution {
    try explainer.explain(image, using: model)
  }

  @Test("many tasks on one model have the same bits as one after the other")
  func manyTasks() async throws {
    let explainers: [any Explainer] = [
      GMAR(), AttnLRP(), GradCAM(), try RISE { $0.masks = 30 }, IntegratedGradients(), Occlusion(),
    ]
    let images = (1...4).map { image($0) }
    var expected: [Attribution] = []
    for explainer in explainers { for image in images { expected.append(try synchronous(explainer, image)) } }
    let found = try await withThrowingTaskGroup(of: (Int, Attribution).self) { group in
      for (index, explainer) in explainers.enumerated() {
        for (place, image) in images.enumerated() {
          group.addTask { [model] in
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
    #expect(try await run.value == synchronous(rise, image(1)))
  }

  @Test("a cancelled run ends before its passes do")
  func cancelledRun() async throws {
    // At its own pace it would take days.
    let run = try RISE { $0.masks = 1_000_000 }.begin(image(1), using: model)
    for await _ in run.progress { run.cancel() }
    await #expect(throws: CancellationError.self) { try await run.value }
  }

  @Test("a cancelled task ends what it waits for, before and between passes")
  func cancelledTask() async throws {
    let image = image(1)
    let slow = try RISE { $0.masks = 1_000_000 }
    let task = Task { [model] in try await slow.explain(image, using: model) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }

    let run = slow.begin(image, using: model)
    var counts = run.progress.makeAsyncIterator()
    _ = await counts.next()
    let waiting = Task { try await run.value }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }

    // One pass has no progress to tell: layers look by themselves.
    let short = Task { [model] in
      withUnsafeCurrentTask { $0?.cancel() }
      return try await GMAR().explain(image, using: model)
    }
    await #expect(throws: CancellationError.self) { try await short.value }
  }
}
