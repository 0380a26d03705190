import Synchronization
import Testing
import XAICore
import XAIFoundation
import XAIGradCAM
import XAITensor
import XAITesting

/// Many changed inputs: in batches, in full, told about and stopped.
@Suite struct FrameRunnerTests {
  private let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
  private let image: Tensor = {
    var random = SeededRandom(seed: 1)
    return random.normal([3, 12, 12])
  }()

  /// Images times their number, and every third one as a few of its patches.
  private func plan(_ count: Int) -> FramePlan {
    let image = image
    return FramePlan(count: count) { index in
      if index % 3 == 2 { return Frame(.patches(Array(0...index % 5))) }
      return Frame(.image(FrameImage(.operand(0) * .constant(Float(index))) { [image] }))
    }
  }

  @Test("every frame gets its own logits, whatever the batch", arguments: [1, 4, 100])
  func logits(_ batchSize: Int) throws {
    var runner = try FrameRunner(GradCAM(), model: model, batchSize: batchSize, total: 14)
    var found = [[Float]](repeating: [], count: 14)
    try runner.run(plan(14), of: image) { frame, logits in
      #expect(found[frame].isEmpty)
      found[frame] = Array(logits)
    }
    for frame in 0..<14 {
      let input = image.reshaped(to: [1, 3, 12, 12])
      let expected =
        frame % 3 == 2
        ? try model.intervenable().logits(input, under: .keepingPatches([Array(0...frame % 5)]))
        : try model.logits(Tensor([1, 3, 12, 12], image.elements.map { $0 * Float(frame) }))
      expectClose(found[frame], expected[0].elements, within: 1e-5, "frame \(frame)")
    }
  }

  @Test("progress counts every frame of all runs, and no says stop")
  func progress() throws {
    let told = Mutex<[PassCount]>([])
    try PassProgress.watched { count in
      told.withLock { $0.append(count) }
      return true
    } _: {
      var runner = try FrameRunner(GradCAM(), model: model, batchSize: 5, total: 14)
      for count in [9, 5] { try runner.run(plan(count), of: image) { _, _ in } }
    }
    let counts = told.withLock { $0 }
    #expect(counts.map(\.done) == counts.map(\.done).sorted() && counts.last?.done == 14)
    #expect(counts.allSatisfy { $0.total == 14 && $0.explainer == "grad-cam" })

    var seen = 0
    #expect(throws: CancellationError.self) {
      try PassProgress.watched {
        $0.done < 6
      } _: {
        var runner = try FrameRunner(GradCAM(), model: model, batchSize: 2, total: 400)
        try runner.run(plan(400), of: image) { _, _ in seen += 1 }
      }
    }
    #expect(seen == 6)
  }

  @Test("without a watcher nothing is told, and an empty plan is no pass")
  func unwatched() throws {
    var runner = try FrameRunner(GradCAM(), model: model, batchSize: 2, total: 0)
    try runner.run(.none, of: image) { _, _ in Issue.record("a frame of none") }
    try PassProgress.tell(PassCount(explainer: "x", done: 1, total: 2))
  }
}
