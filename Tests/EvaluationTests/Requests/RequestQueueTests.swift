import Synchronization
import Testing
import XAICore
import XAIImage
import XAITensor
import XAITesting

@testable import XAIEvaluation

/// What metrics ask for: each different thing once, in batches, and everyone gets the right answer.
@Suite struct RequestQueueTests {
  private let model = CountingModel()
  private let images: [SubjectImage]

  init() throws {
    images = try [0.2, 0.7].map { level in
      try SubjectImage(
        pixels: Tensor([3, 16, 16], (0..<768).map { Float(level) + Float($0 % 13) / 100 }),
        preprocessing: EvidenceModel().descriptor.preprocessing, identifier: "\(level)")
    }
  }

  private var input: Tensor { Tensor([2, 3, 16, 16], images.flatMap { $0.input.elements }) }

  private func queue(batchSize: Int = 3) -> RequestQueue {
    RequestQueue(
      about: images, input: input, model: model, explainers: [Brightness(), Brightness(factor: 10)],
      randomised: nil, batchSize: batchSize)
  }

  private func asker(_ image: Int, class classIndex: Int = 1, explainer: Int? = 0, map: Int = 0)
    -> RequestQueue.Asker
  {
    RequestQueue.Asker(
      image: image, classIndex: classIndex, explainer: explainer, map: map, metric: "test")
  }

  /// An image, dimmed.
  private func frame(_ image: Int, _ factor: Float, _ identity: Frame.Identity = .unique) -> Frame {
    Frame(
      .image(
        FrameImage(.operand(0) * .constant(factor)) { [input = images[image].input] in [input] }),
      identity: identity)
  }

  private func dimmed(_ image: Int, _ factor: Float) -> Tensor {
    Tensor([1, 3, 16, 16], images[image].input.elements.map { $0 * factor })
  }

  private func answer(_ queue: inout RequestQueue) throws -> [Int] {
    var ready: [Int] = []
    for job in queue.takeJobs() { ready += try queue.answer(job, job.batch()) }
    return ready
  }

  @Test("the same frame is shown once for all who ask, and each reads about its own class")
  func logits() throws {
    var queue = queue()
    let frames = [frame(0, 0.5, .ofImage("dim")), frame(0, 0.25, .ofMap("own"))]
    let one = try queue.ask(FramePlan(frames), [], by: asker(0, map: 1), for: 7)
    let two = try queue.ask(FramePlan(frames), [], by: asker(0, class: 0, map: 2), for: 8)
    let three = try queue.ask(
      FramePlan([frame(1, 0.5, .ofImage("dim")), frame(1, 0.5)]), [], by: asker(1, map: 3), for: 9)
    #expect(queue.askedCount == 5 && !queue.isAnswered(image: 0))
    #expect(try answer(&queue) == [7, 8, 9])
    #expect(model.batches == [3, 2] && queue.answeredCount == 5 && queue.isAnswered(image: 1))
    for (numbers, classIndex, image, factors) in [
      (one, 1, 0, [Float(0.5), 0.25]), (two, 0, 0, [0.5, 0.25]), (three, 1, 1, [0.5, 0.5]),
    ] {
      let answers = try queue.read(numbers, about: classIndex)
      #expect(answers.maps.isEmpty && answers.logits.count == 2)
      for (answer, factor) in zip(answers.logits, factors) {
        let logits = try EvidenceModel().logits(dimmed(image, factor)).elements
        #expect(answer.logits == logits && answer.probability == softmax(logits)[classIndex])
        #expect(answer.isPredicted == (logits[classIndex] == logits.max()))
      }
    }
    // A later round finds the answers that others may ask for again, and asks for the rest.
    let again = try queue.ask(FramePlan([frames[0], frame(0, 0.5)]), [], by: asker(0, map: 1), for: 7)
    #expect(!queue.hasAnswers(for: 7) && queue.askedCount == 6)
    #expect(try answer(&queue) == [7])
    #expect(try queue.read(again, about: 1).logits.count == 2)
  }

  @Test("frames of patches are shown behind those of pixels, equally many together")
  func patches() throws {
    var queue = queue()
    let frames = [[0], [1, 2], [3]].map { Frame(.patches($0)) } + [frame(0, 1)]
    let numbers = try queue.ask(FramePlan(frames), [], by: asker(0), for: 0)
    _ = try answer(&queue)
    #expect(model.batches == [1, 2, 1])
    let answers = try queue.read(numbers, about: 1).logits
    for (answer, kept) in zip(answers, [[0], [1, 2], [3]]) {
      let logits = try EvidenceModel().logits(dimmed(0, 1), under: .keepingPatches([kept])).elements
      #expect(answer.logits == logits)
    }
  }

  @Test("maps of a frame share its pass, and an explainer sees only what it is asked about")
  func maps() throws {
    var queue = queue()
    let shared = frame(0, 0.5, .ofImage("dim"))
    let own = (1...5).map { MapRequest(frame(0, Float($0))) }
    let one = try queue.ask(.none, [MapRequest(shared)] + own, by: asker(0, map: 1), for: 0)
    let two = try queue.ask(
      .none, [MapRequest(shared, classIndex: 0), MapRequest(shared)], by: asker(0, explainer: 1, map: 2),
      for: 1)
    #expect(queue.askedCount == 8)
    #expect(try Set(answer(&queue)) == [0, 1])
    #expect(model.batches == [1, 4, 1])
    let scores = [0.5, 1, 2, 3, 4, 5].map { Brightness.scores(dimmed(0, $0)[0], 2) }
    #expect(try queue.read(one, about: 1).maps == scores)
    #expect(
      try queue.read(two, about: 1).maps
        == [Brightness.scores(dimmed(0, 0.5)[0], 10), Brightness.scores(dimmed(0, 0.5)[0], 20)])
  }

  @Test(
    "whole images are explained together, as the maps that are judged were, and known maps are not asked again"
  )
  func wholeImages() throws {
    var queue = queue()
    queue.know([9], image: 0, explainer: 0, classIndex: 1)
    let known = try queue.ask(.none, [MapRequest()], by: asker(0), for: 0)
    #expect(queue.hasAnswers(for: 0) && queue.askedCount == 0)
    #expect(try queue.read(known, about: 1).maps == [[9]])
    let other = try queue.ask(.none, [MapRequest(classIndex: 0)], by: asker(1), for: 1)
    #expect(try answer(&queue) == [1])
    #expect(model.batches == [2])
    #expect(try queue.read(other, about: 1).maps == [Brightness.scores(dimmed(1, 1)[0], 1)])
  }

  @Test("what can't be asked is refused by name")
  func refusals() throws {
    var queue = queue()
    expectError("test asks for further maps: say which explainer") {
      try queue.ask(.none, [MapRequest()], by: asker(0, explainer: nil), for: 0)
    }
    expectError("test asks for a map of some patches") {
      try queue.ask(.none, [MapRequest(Frame(.patches([0])))], by: asker(0), for: 0)
    }
    expectError("evidence: its weights can't be replaced") {
      _ = try queue.ask(.none, [MapRequest(model: .randomised(stage: 0))], by: asker(0), for: 0)
      return try answer(&queue)
    }
  }
}

/// An evidence model that counts what it sees.
private struct CountingModel: IntervenableModel {
  private final class Counts: Sendable { let batches = Mutex<[Int]>([]) }

  private let model = EvidenceModel()
  private let counts = Counts()
  var descriptor: ModelDescriptor { model.descriptor }
  /// The number of inputs of each pass.
  var batches: [Int] { counts.batches.withLock { $0 } }

  func layout(height: Int, width: Int) -> TokenLayout { model.layout(height: height, width: width) }

  func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
    counts.batches.withLock { $0.append(input.shape[0]) }
    return try model.forward(input, recording: recording)
  }

  func logits(_ input: Tensor, under intervention: Intervention) throws -> Tensor {
    counts.batches.withLock { $0.append(input.shape[0]) }
    return try model.logits(input, under: intervention)
  }
}

/// Scores that say what was explained: the first values of the input times the class's number and a factor.
private struct Brightness: Explainer {
  static let descriptor = ExplainerDescriptor(
    id: "brightness", title: "Brightness", summary: "Gives values of the input", family: .baseline, needs: [],
    isClassSpecific: true, scores: .signed, forwardPasses: "1", backwardPasses: "0",
    citation: Citation(authors: "A", title: "T", venue: "V", year: 2020, identifier: "I"))
  let options = NoOptions()
  var factor: Float = 1

  init(factor: Float) { self.factor = factor }
  init(options: NoOptions = NoOptions()) {}

  static func scores(_ input: Tensor, _ factor: Float) -> [Float] {
    input.elements.prefix(16).map { $0 * factor }
  }

  func recording(for model: ModelDescriptor) -> Recording { Recording() }

  func explain(from trace: ForwardTrace, targets: Targets, using model: any Model) throws -> [[Attribution]] {
    try targets.map { image, _, classIndex in
      try Attribution(
        scores: Self.scores(trace.input[image], factor * Float(classIndex + 1)), of: trace,
        classIndex: classIndex, by: self)
    }
  }
}
