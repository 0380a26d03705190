import Testing
import XAICore
import XAIEvaluation
import XAITensor
import XAITesting

@Suite struct MapAgreementTests {
  /// A map with scores that were chosen.
  private func map(_ scores: [Float]) throws -> Attribution {
    let layout = TokenLayout(prefix: [], grid: PatchGrid(rows: 4, columns: 5), readout: .meanOfPatches)
    let trace = ForwardTrace(
      input: Tensor(repeating: 0, [1, 3, 4, 5]), layout: layout, logits: Tensor(repeating: 0, [1, 2]))
    return try Attribution(scores: scores, of: trace, classIndex: 0, by: ScoreStub())
  }

  @Test("each pair has the correlation and overlap of its maps, a flat map neither")
  func pairs() throws {
    let rising = (0..<20).map(Float.init)
    var swapped = rising
    swapped.swapAt(0, 19)
    let maps = try [rising, rising.reversed(), swapped, Array(repeating: 3, count: 20)].map(map)
    let agreement = MapAgreement(maps)
    #expect(agreement.correlation[0][0] == 1 && agreement.correlation[0][1] == -1)
    // Spearman of one swap at distance 19: 1 − 6·2·19²/(20·399).
    let expected = 1 - 6.0 * 2 * 361 / (20 * 399)
    #expect(abs((agreement.correlation[0][2] ?? 9) - expected) < 1e-12)
    #expect(agreement.correlation[2][0] == agreement.correlation[0][2])
    // The highest tenth of twenty is two: 18 and 19, 0 and 1, 0 and 18.
    #expect(agreement.overlap[0][..<3] == [1, 0, 0.5] && agreement.overlap[1][2] == 0.5)
    for other in maps.indices {
      #expect(agreement.correlation[3][other] == nil && agreement.overlap[other][3] == nil)
    }
  }
}

/// An explainer that only gives its name to attributions.
private struct ScoreStub: Explainer {
  static let descriptor = ExplainerDescriptor(
    id: "scores", title: "Scores", summary: "Gives its name", family: .baseline, needs: [],
    isClassSpecific: false, scores: .signed,
    backwardPasses: "0",
    citation: Citation(authors: "None", title: "None", venue: "None", year: 2000, identifier: "none"))
  let options = NoOptions()
  init() {}
  init(options: NoOptions) {}
  func recording(for model: ModelDescriptor) -> Recording { Recording() }
  func explain(from trace: ForwardTrace, targets: Targets, using model: any Model) -> [[Attribution]] { [] }
}
