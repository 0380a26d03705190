import Dispatch
import Synchronization
import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAITesting

@testable import XAIExplore

/// Many askers, cancelled and superseded questions, and what is kept.
struct SessionTests {
  /// Holds a model's turn until `release`.
  private final class Hold: Sendable {
    private let gate = AsyncStream.makeStream(of: Void.self)
    private let task: Task<Void, any Error>

    init(_ model: ExploreModel) async {
      let isTaken = Log<Bool>()
      let stream = gate.stream
      let turns = model.lanes[.short].turns
      task = Task {
        try await turns.taking(by: "hold") {
          isTaken.add(true)
          for await _ in stream { break }
        }
      }
      await isTaken.begun()
    }

    func release() async throws {
      gate.continuation.yield()
      try await task.value
    }
  }

  private func question(view: String?, hidden: Set<Int> = [0]) -> ExploreQuestion {
    var question = ExploreQuestion(image: "1")
    (question.view, question.hidden) = (view, hidden)
    return question
  }

  @Test func aLaterQuestionOfAViewEndsTheEarlier() async throws {
    let fixture = try ExploreFixture()
    let session = fixture.session
    let model = session.models[0]
    // The image is known, so that each question comes straight to its turn.
    _ = try await session.answer(question(view: nil))
    let hold = await Hold(model)
    let first = Task { try await session.answer(question(view: "a/main", hidden: [1])) }
    while model.lanes[.short].turns.waitingCount < 1 { await Task.yield() }
    let other = Task { try await session.answer(question(view: "a/other", hidden: [2])) }
    while model.lanes[.short].turns.waitingCount < 2 { await Task.yield() }
    let second = Task { try await session.answer(question(view: "a/main", hidden: [3])) }
    await #expect(throws: ExploreError.self) { try await first.value }
    do {
      _ = try await first.value
    } catch {
      #expect((error as? ExploreError)?.kind == .superseded)
    }
    try await hold.release()
    #expect(try await other.value.top.count == 5)
    #expect(try await second.value.top.count == 5)
    // What one asks of a map doesn't end what is asked of classes.
    #expect(model.lanes[.short].turns.waitingCount == 0)
  }

  @Test func whoeverGoesAwayWaitsNoLonger() async throws {
    let fixture = try ExploreFixture()
    let session = fixture.session
    let model = session.models[0]
    _ = try await session.answer(question(view: nil))
    for view in [nil, "a/main"] {
      let hold = await Hold(model)
      let task = Task { try await session.answer(question(view: view, hidden: [1])) }
      while model.lanes[.short].turns.waitingCount < 1 { await Task.yield() }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(model.lanes[.short].turns.waitingCount == 0)
      try await hold.release()
    }
    #expect(try await session.answer(question(view: "a/main", hidden: [4])).top.count == 5)
  }

  /// A method that would take hours ends where nobody waits for it, and the model answers others.
  @Test func aCancelledMapStops() async throws {
    let fixture = try ExploreFixture()
    let session = fixture.session
    let hasBegun = Log<Double>()
    let task = Task {
      defer { hasBegun.add(1) }
      return try await session.map(ExploreMapQuestion(image: "1", explainer: "rise:masks=1000000")) {
        hasBegun.add($0)
      }
    }
    await hasBegun.begun()
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try await session.answer(question(view: nil)).top.count == 5)
  }

  /// A stroke and a map of one pass are answered while a map of many passes stands between two of them.
  @Test(.timeLimit(.minutes(2))) func aSlowMapHoldsNobodyUp() async throws {
    let session = try ExploreFixture().session
    let isHeld = Log<Double>()
    let gate = DispatchSemaphore(value: 0)
    let slow = Task {
      defer { isHeld.add(1) }
      return try await session.map(ExploreMapQuestion(image: "1", explainer: "rise:masks=64")) { share in
        if isHeld.all.isEmpty {
          isHeld.add(share)
          gate.wait()
        }
      }
    }
    defer { gate.signal() }
    await isHeld.begun()
    #expect(try await session.answer(question(view: "a/main", hidden: [1])).top.count == 5)
    #expect(try await session.map(ExploreMapQuestion(image: "1", explainer: "gmar")).scores.count == 9)
    #expect(try await session.attention(image: "1", from: .readout).layers == 3)
    #expect(isHeld.all.count == 1, "the slow map is still under way")
    gate.signal()
    #expect(try await slow.value.scores.count == 9)
  }

  /// Several tabs ask at once, and each gets the numbers that one alone would.
  @Test func manyAskersGetTheSameNumbers() async throws {
    let fixture = try ExploreFixture()
    let session = fixture.session
    let expected = try (0..<5).map { try fixture.attribution("gmar", target: $0).scores }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<40 {
        group.addTask {
          var question = ExploreMapQuestion(image: "1", explainer: "gmar")
          question.target = number % 5
          question.view = "tab-\(number)/main"
          let scores = try await session.map(question).scores
          #expect(scores == expected[number % 5])
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func whatIsKeptIsBounded() async throws {
    let fixture = try ExploreFixture()
    let session = fixture.session
    for number in 0..<70 {
      let bytes = try ExploreFixture.image(seed: UInt64(number), width: 6, height: 6).png()
      let id = try await session.add(image: bytes, name: "sent")
      #expect(id == "u\(number + 1)")
      _ = try await session.map(ExploreMapQuestion(image: id, explainer: "gmar"))
    }
    #expect(session.images.all.count == 1 + ExploreImages.uploadLimit)
    #expect(session.models[0].traces.count == 4)
    #expect(session.models[0].maps.count == 64)
    do {
      _ = try await session.answer(ExploreQuestion(image: "u1"))
      Issue.record("an image that was forgotten is still there")
    } catch {
      #expect(ExploreError(reporting: error).kind == .notFound)
    }
    #expect(try await session.answer(ExploreQuestion(image: "u70")).top.count == 5)
  }

  @Test func classesByName() throws {
    let fixture = try ExploreFixture()
    #expect(try fixture.session.classes(matching: "CLASS 3", limit: 5, model: nil).map(\.index) == [3])
    #expect(try fixture.session.classes(matching: "4", limit: 5, model: nil).map(\.index) == [4])
    #expect(try fixture.session.classes(matching: "", limit: 2, model: nil).map(\.index) == [0, 1])
    #expect(try fixture.session.classes(matching: "ass", limit: 9, model: nil).count == 5)
  }

  @Test func theOverviewSaysWhatFits() throws {
    let fixture = try ExploreFixture(.backbone)
    let overview = try fixture.session.overview(uploadLimit: 10)
    #expect(overview.version == 1)
    #expect(overview.models[0].output == .none)
    let gmar = try #require(overview.explainers.first { $0.id == "gmar" })
    #expect(gmar.fits == ["0": false])
    #expect(gmar.reasons["0"] != nil)
    #expect(overview.explainers.first { $0.id == "attention-rollout" }?.fits == ["0": true])
    #expect(overview.explainers.first { $0.id == "rise" }?.cost == .minutes)
    #expect(overview.explainers.first { $0.id == "smooth-grad" }?.cost == .seconds)
    #expect(gmar.cost == .instant)
  }

  /// Where the patches lie on the photograph: all of it, as the toy squeezes it.
  @Test func whereThePatchesLie() async throws {
    let fixture = try ExploreFixture()
    let input = try await fixture.session.input(ofImage: "1", model: nil)
    #expect((input.crop.x, input.crop.y, input.crop.width, input.crop.height) == (0, 0, 21, 17))
    #expect((input.resized.width, input.resized.height) == (12, 12))
    #expect(input.grid == PatchGrid(rows: 3, columns: 3))
    let entry = fixture.session.imageList()[0]
    #expect((entry.width, entry.height, entry.name) == (21, 17, "noise.png"))
  }
}
