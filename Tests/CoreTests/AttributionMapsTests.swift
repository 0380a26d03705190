import Testing
import XAICore
import XAITensor

@Suite struct AttributionMapsTests {
  /// Gives fixed scores, so that what is made of them can be foretold.
  private struct Fixed: Explainer {
    struct Options: PluginOptions {
      static let table: [OptionSpec<Options>] = []
    }

    static let descriptor = ExplainerDescriptor(
      id: "fixed", title: "Fixed", summary: "Gives fixed scores", family: .attention, needs: [],
      isClassSpecific: false, scores: .signed, backwardPasses: "0",
      citation: Citation(authors: "", title: "", venue: "", year: 2000, identifier: ""))

    var options = Options()
    init(options: Options) { self.options = options }
    func recording(for model: ModelDescriptor) -> Recording { Recording() }
    func explain(from trace: ForwardTrace, targets: Targets, using model: any Model) -> [[Attribution]] { [] }
  }

  private func attribution(_ scores: [Float]) throws -> Attribution {
    let trace = ForwardTrace(
      input: Tensor(repeating: 0, [1, 3, 2, 4]),
      layout: TokenLayout(prefix: [.classToken], grid: PatchGrid(rows: 1, columns: 2), readout: .classToken),
      logits: Tensor(repeating: 0, [1, 2]))
    return try Attribution(scores: scores, of: trace, classIndex: 0, by: Fixed(options: .init()))
  }

  @Test func mapsAreUpsampledAndThenScaled() throws {
    let attribution = try attribution([1, 5])
    #expect(attribution.map.shape == [1, 2] && attribution.map.elements == [1, 5])
    // Half-pixel centres: columns 0 and 3 lie outside of the two centres, 1 and 2 a quarter between them.
    #expect(attribution.upsampledMap.elements == [1, 2, 4, 5, 1, 2, 4, 5])
    #expect(attribution.heatMap.shape == [2, 4])
    #expect(attribution.heatMap.elements == [0, 0.25, 0.75, 1, 0, 0.25, 0.75, 1])
  }

  @Test func aFlatMapIsAllZeros() throws {
    #expect(try attribution([3, 3]).heatMap.elements == [Float](repeating: 0, count: 8))
  }
}

@Suite struct SeveralTargetsTests {
  @Test func selectionsAreJoinedInOrder() throws {
    let logits = Tensor([2, 3], [0, 1, 2, 5, 4, 3])
    let selection = TargetSelection.several([.predicted, .classes([1]), .top(2), .label("b")])
    #expect(
      try selection.resolve(logits: logits, labels: ["a", "b", "c"]).classes == [
        [2, 1, 2, 1, 1], [0, 1, 0, 1, 1],
      ])
  }

  @Test func aWrongOneIsFound() {
    #expect(throws: TargetError.self) {
      try TargetSelection.several([.predicted, .classes([9])])
        .resolve(logits: Tensor(repeating: 0, [1, 3]), labels: ["a", "b", "c"])
    }
  }
}
