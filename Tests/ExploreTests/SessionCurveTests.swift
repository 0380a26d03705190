import Testing
import XAICore
import XAIImage
import XAITensor
import XAITesting

@testable import XAIExplore

/// The curves are what hiding one patch after the other says.
struct SessionCurveTests {
  /// Hiding the first k patches of a map, which a slider does, is a point of its deletion curve; keeping them, of insertion.
  @Test(arguments: [Hiding.tokens, .fill(.mean), .fill(.black)])
  func curvesAreAnswers(_ hiding: Hiding) async throws {
    let fixture = try ExploreFixture(.classToken)
    var map = ExploreMapQuestion(image: "1", explainer: "gmar")
    map.target = 2
    let curves = try await fixture.session.curves(of: map, hiding: hiding)
    let shares: [Double] = (0...9).map { Double($0) / 9 * 100 / 100 }
    #expect(curves.fractions == shares)
    let scores = try fixture.attribution("gmar", target: 2).scores
    let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    for count in 0...9 {
      var question = ExploreQuestion(image: "1")
      (question.hiding, question.classes) = (hiding, [2])
      question.hidden = Set(order[..<count])
      let deleted = try await fixture.session.answer(question)
      question.hidden = Set(order[count...])
      let inserted = try await fixture.session.answer(question)
      // A batch of several inputs adds up in another order.
      let tolerance = 1e-6
      #expect(abs(curves.map.deletion[count] - Double(deleted.asked[0].probability ?? -1)) < tolerance)
      #expect(abs(curves.map.insertion[count] - Double(inserted.asked[0].probability ?? -1)) < tolerance)
    }
    func area(_ y: [Double]) -> Double {
      zip(y, y.dropFirst()).reduce(0) { (sum: Double, ends) in sum + (ends.0 + ends.1) / 2 } / 9
    }
    #expect(abs(curves.map.deletionArea - area(curves.map.deletion)) < 1e-9)
    #expect(abs(curves.map.insertionArea - area(curves.map.insertion)) < 1e-9)
    let random = try #require(curves.random)
    let centre = try #require(curves.centre)
    for pair in [random, centre] {
      #expect(abs(pair.deletion[0] - curves.map.deletion[0]) < 1e-6)
      #expect(abs(pair.deletion[9] - curves.map.deletion[9]) < 1e-6)
    }
    #expect(random.deletion != curves.map.deletion)
    #expect(centre.deletion != random.deletion)
  }

  /// Equal scores go patch by patch, the first first.
  @Test func equalScores() async throws {
    let fixture = try ExploreFixture()
    var map = ExploreMapQuestion(image: "1", explainer: "gmar")
    map.target = 1
    map.explainer = "centre"
    let curves = try await fixture.session.curves(of: map, hiding: .fill(.mean))
    let scores = try fixture.attribution("centre", target: 1).scores
    #expect(Set(scores).count < scores.count)
    let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    for count in 1..<9 {
      var question = ExploreQuestion(image: "1")
      (question.hidden, question.classes) = (Set(order[..<count]), [1])
      let answer = try await fixture.session.answer(question)
      #expect(abs(curves.map.deletion[count] - Double(answer.asked[0].probability ?? -1)) < 1e-6)
    }
  }

  @Test func stepsAreWholePatches() async throws {
    let fixture = try ExploreFixture()
    let map = ExploreMapQuestion(image: "1", explainer: "gmar")
    #expect(try await fixture.session.curves(of: map, steps: 8).fractions.count == 4)
    #expect(try await fixture.session.curves(of: map, steps: 1).fractions.count == 2)
    await #expect(throws: ExploreError.self) { try await fixture.session.curves(of: map, steps: 0) }
  }

  @Test func theSentenceSaysWhatTheCurvesSay() async throws {
    let fixture = try ExploreFixture()
    let curves = try await fixture.session.curves(of: ExploreMapQuestion(image: "1", explainer: "gmar"))
    let half = try #require(curves.map.insertion.last) / 2
    let place = try #require(curves.map.insertion.firstIndex { $0 >= half })
    #expect(
      curves.sentence.hasPrefix(
        "GMAR reaches half of the class's probability with \(Int((curves.fractions[place] * 100).rounded())) % of the patches; a random order needs "
      ))
  }
}
