import Testing
import XAICore
import XAIEvaluation

@Suite struct ResultsTests {
  @Test("places of the sample without a result are found")
  func missingPositions() {
    let experiment = Experiment(
      model: ModelIdentity(
        name: "m", architecture: "vit", hash: "0", labels: [], parameterCount: 0, layerCount: 1, headCount: 1,
        grid: Grid(rows: 1, columns: 1), inputHeight: 1, inputWidth: 1),
      data: DataIdentity(
        name: "d", split: "all", splitCount: 5, hash: "0", sampleCount: 4, sampleSeed: nil),
      target: "predicted", explainers: [], metrics: [], measuresHeads: false, settings: [:])
    let results = EvaluationResults(
      experiment: experiment,
      pictures: [0, 2].map { PictureResult(position: $0, identifier: "\($0)", label: nil) })
    #expect(results.missingPositions == [1, 3])
  }
}
