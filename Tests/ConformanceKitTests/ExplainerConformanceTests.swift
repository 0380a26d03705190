import Testing
import XAICore
import XAITesting

/// The kit passes what is right, and says what is wrong with what is not.
@Suite struct ExplainerConformanceTests {
  private func checks(_ failures: [ConformanceFailure]) -> Set<ConformanceFailure.Check> {
    Set(failures.map(\.check))
  }

  @Test func right() {
    #expect(ExplainerConformance(RightExplainer.self).failures() == [])
  }

  @Test func descriptor() {
    let failures = ExplainerConformance(UntidyDescriptor.self).failures().filter { $0.check == .descriptor }
    #expect(failures.map(\.message).contains { $0.contains("Toy_Map") && $0.contains("kebab-case") })
    #expect(failures.map(\.message).contains { $0.contains("full stop") })
  }

  @Test func options() {
    let failures = ExplainerConformance(ForgetfulExplainer.self).failures().filter { $0.check == .options }
    #expect(failures.contains { $0.message.contains("doubles=true") && $0.message.contains("strength") })
  }

  @Test("an option that fails only at work is found")
  func lateRefusal() {
    let failures = ExplainerConformance(LateRefusal.self).failures()
    #expect(checks(failures) == [.options] && failures.count == 1, "\(failures)")
    #expect(failures.contains { $0.message.contains("count=1") })
  }

  @Test func needs() {
    let undeclared = ExplainerConformance(UndeclaredNeed.self).failures()
    #expect(checks(undeclared) == [.needs])
    #expect(undeclared.contains { $0.message.contains("uses activations") })
    let idle = ExplainerConformance(IdleNeed.self).failures()
    #expect(checks(idle) == [.needs])
    #expect(idle.contains { $0.message.contains("input-gradients") })
  }

  @Test func gradientPoints() {
    let failures = ExplainerConformance(UndeclaredGradient.self).failures()
    #expect(checks(failures) == [.needs])
    #expect(failures.contains { $0.message.contains("the gradient of values of layer 1") })
  }

  @Test func scores() {
    let negative = ExplainerConformance(NegativeMagnitude.self).failures()
    #expect(checks(negative) == [.scores] && negative.contains { $0.message.contains("the score -0.") })
    let other = ExplainerConformance(TwoMeanings.self).failures()
    #expect(checks(other) == [.scores] && other.contains { $0.message.contains("signed with the defaults") })
  }

  @Test("who reads the first row, the class token or the prefix in place of the readout is found")
  func symmetry() {
    let first = ExplainerConformance(FirstRow.self).failures()
    #expect(checks(first) == [.symmetry])
    for text in ["toy-unplaced, 'toy'", "toy-distilled-unplaced, 'toy'", "toy-unread-prefix, 'toy'"] {
      #expect(first.contains { $0.message.contains(text) }, "\(text)")
    }
    #expect(!first.contains { $0.message.contains("toy-unplaced-with-prefix") }, "it reads the first token")
    let classToken = ExplainerConformance(ClassTokenRow.self).failures()
    #expect(checks(classToken) == [.symmetry])
    #expect(classToken.count == 2 && !classToken.contains { $0.message.contains("180°") })
    let manyPasses = ExplainerConformance(ManyPasses.self).failures()
    #expect(manyPasses == first.filter { !$0.message.contains("180°") } && manyPasses.count == 2)
    let prefix = ExplainerConformance(PrefixAsPatches.self).failures()
    #expect(checks(prefix).contains(.symmetry))
    #expect(prefix.contains { $0.message.contains("toy-unplaced-with-prefix") })
  }

  @Test("models with given places alone are not tried with symmetries")
  func givenModels() {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    #expect(ExplainerConformance(FirstRow.self, models: [model]).failures() == [])
  }

  @Test("more scores than patches are a finding")
  func counted() {
    let failures = ExplainerConformance(CountedPatches.self).failures()
    #expect(
      failures.contains { $0.message.contains("scores for") && $0.message.contains("toy-distilled") },
      "\(failures.map(\.message))")
  }

  @Test("a process that dies says on which model")
  func death() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = ExplainerConformance(TrappedPatches.self).failures()
    }
    let lines = String(decoding: result.standardErrorContent, as: UTF8.self).split(separator: "\n")
    let start = "XAITesting: the process died while trying "
    #expect(lines.contains("\(start)toy, results: toy-distilled"))
    #expect(lines.contains("\(start)'toy' on toy-distilled, images: 3, classes: 0, 4"))
    #expect(lines.filter { $0.hasPrefix(start) }.count == 3)
  }

  @Test("a process that lives says nothing")
  func life() async throws {
    let result = try await #require(processExitsWith: .success, observing: [\.standardErrorContent]) {
      _ = ExplainerConformance(FirstRow.self).failures()
    }
    #expect(!String(decoding: result.standardErrorContent, as: UTF8.self).contains("XAITesting"))
  }

  @Test func recording() {
    let failures = ExplainerConformance(UnrecordedRead.self).failures()
    #expect(failures.contains { $0.check == .recording && $0.message.contains("attention of layer 0") })
    #expect(checks(ExplainerConformance(ReadsExtra.self).failures()) == [.recording])
  }

  @Test func batch() {
    #expect(checks(ExplainerConformance(BatchLeak.self).failures()) == [.batch])
  }

  @Test func targets() {
    #expect(checks(ExplainerConformance(TargetLeak.self).failures()) == [.targets])
  }

  @Test func determinism() {
    #expect(checks(ExplainerConformance(RandomMap.self).failures()).contains(.determinism))
  }

  @Test func results() {
    #expect(checks(ExplainerConformance(WrongClass.self).failures()) == [.results])
    #expect(checks(ExplainerConformance(MissingMap.self).failures()) == [.results])
  }

  @Test func classSpecificity() {
    #expect(checks(ExplainerConformance(ClassAgnosticLie.self).failures()) == [.classSpecificity])
    #expect(checks(ExplainerConformance(ClassSpecificLie.self).failures()) == [.classSpecificity])
  }

  @Test("layers with tokens of their own are explained, or refused with a reason") func refusal() {
    #expect(checks(ExplainerConformance(NamelessRefusal.self).failures()) == [.refusal])
  }

  @Test func contrast() {
    let missing = ExplainerConformance(NoContrast.self).failures()
    #expect(checks(missing) == [.options] && missing.contains { $0.message.contains("takes no contrast") })
    let ignored = ExplainerConformance(IgnoredContrast.self).failures()
    #expect(checks(ignored) == [.options] && ignored.contains { $0.message.contains("it isn't used") })
  }

  @Test("run records each failure as an issue")
  func issues() {
    withKnownIssue {
      ExplainerConformance(IdleNeed.self).run()
    } matching: { issue in
      issue.comments.contains { "\($0)".contains("input-gradients") }
    }
  }
}
