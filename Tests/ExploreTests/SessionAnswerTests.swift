import Testing
import XAICore
import XAIImage
import XAITensor
import XAITesting

@testable import XAIExplore

/// Answers are what the model itself says, bit by bit.
struct SessionAnswerTests {
  @Test func aWholeImage() async throws {
    let fixture = try ExploreFixture()
    let logits = try fixture.logits(try fixture.input)
    let probabilities = try #require(Probabilities<Float>(of: logits, meaning: .softmax))
    var question = ExploreQuestion(image: "1")
    question.top = 3
    question.classes = [4, 0]
    let answer = try await fixture.session.answer(question)
    let order = logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
    #expect(answer.top.map(\.index) == Array(order.prefix(3)))
    #expect(answer.asked.map(\.index) == [4, 0])
    for told in answer.top + answer.asked {
      #expect(told.logit == logits[told.index])
      #expect(told.probability == probabilities.probability(ofLogit: logits[told.index]))
      #expect(told.label == "class \(told.index)")
    }
    // Known the second time, and the same.
    let again = try await fixture.session.answer(question)
    #expect(again.top == answer.top)
    #expect(again.milliseconds == 0)
  }

  /// Each pixel of a hidden patch is that of the fill, and each other its own.
  @Test(arguments: [Fill.mean, .black, .blur, .zero, .lowest])
  func hiddenPixels(_ fill: Fill) async throws {
    let fixture = try ExploreFixture()
    let whole = try fixture.input
    let filled = fill.input(hiding: whole[0], preprocessing: fixture.model.descriptor.preprocessing).elements
    var pixels = whole.elements
    let hidden: Set<Int> = [0, 4, 5]
    for channel in 0..<3 {
      for y in 0..<12 {
        for x in 0..<12 where hidden.contains(y / 4 * 3 + x / 4) {
          let place = channel * 144 + y * 12 + x
          pixels[place] = filled[place]
        }
      }
    }
    var question = ExploreQuestion(image: "1")
    (question.hidden, question.hiding, question.classes) = (hidden, .fill(fill), [0, 1, 2, 3, 4])
    let answer = try await fixture.session.answer(question)
    #expect(try answer.asked.map(\.logit) == fixture.logits(Tensor([1, 3, 12, 12], pixels)))
  }

  @Test func hiddenTokens() async throws {
    let fixture = try ExploreFixture()
    var question = ExploreQuestion(image: "1")
    (question.hidden, question.hiding, question.classes) = ([1, 8], .tokens, [0, 1, 2, 3, 4])
    let answer = try await fixture.session.answer(question)
    let expected = try fixture.model.intervenable().logits(
      fixture.input, under: .keepingPatches([[0, 2, 3, 4, 5, 6, 7]]))
    #expect(answer.asked.map(\.logit) == expected.elements)
  }

  /// Without a head, the model says what it says under the intervention of that name.
  @Test(arguments: [ToyModel.classToken, .distilled, .meanPooled, .relative, .rotary])
  func removedHead(_ toy: ToyModel) async throws {
    let fixture = try ExploreFixture(toy)
    for head in [Intervention.Head(layer: 0, head: 2), Intervention.Head(layer: 2, head: 0)] {
      var question = ExploreQuestion(image: "1")
      (question.removedHeads, question.classes) = ([head], Array(0..<5))
      let answer = try await fixture.session.answer(question)
      let expected = try fixture.model.intervenable().logits(fixture.input, under: .removingHeads([[head]]))
      for (logit, other) in zip(answer.asked.map(\.logit), expected.elements) {
        #expect(abs(logit - other) <= 1e-6 * max(1, abs(other)))
      }
      let whole = try await fixture.session.answer(ExploreQuestion(image: "1"))
      #expect(whole.top.map(\.logit) != answer.top.map(\.logit))
    }
  }

  /// Where all heads' outputs are normed together, a head can't be switched off by itself.
  @Test func aHeadThatCantBeRemoved() async throws {
    let fixture = try ExploreFixture(.innerNorms)
    var question = ExploreQuestion(image: "1")
    question.removedHeads = [Intervention.Head(layer: 0, head: 0)]
    await #expect(throws: ModelError.self) { try await fixture.session.answer(question) }
  }

  @Test func whatIsNotThere() async throws {
    let fixture = try ExploreFixture()
    func kind(_ change: (inout ExploreQuestion) -> Void) async -> ExploreError.Kind? {
      var question = ExploreQuestion(image: "1")
      change(&question)
      do {
        _ = try await fixture.session.answer(question)
        return nil
      } catch {
        return ExploreError(reporting: error).kind
      }
    }
    #expect(await kind { $0.image = "2" } == .notFound)
    #expect(await kind { $0.model = "other" } == .notFound)
    #expect(await kind { $0.hidden = [9] } == .badRequest)
    #expect(await kind { $0.hidden = [-1] } == .badRequest)
    #expect(await kind { $0.classes = [5] } == .badRequest)
    #expect(await kind { $0.top = 0 } == .badRequest)
    #expect(await kind { $0.removedHeads = [Intervention.Head(layer: 3, head: 0)] } == .unsupported)
    #expect(await kind { $0.removedHeads = [Intervention.Head(layer: 0, head: -1)] } == .unsupported)
  }

  @Test func aBackboneHasNoAnswer() async throws {
    let fixture = try ExploreFixture(.backbone)
    await #expect(throws: ModelError.self) {
      try await fixture.session.answer(ExploreQuestion(image: "1"))
    }
  }
}
