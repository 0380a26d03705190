import Testing
import XAICore
import XAIEvaluation

@Suite struct ResultsTests {
  @Test("places of the sample without a result are found")
  func missingPositions() {
    let experiment = Experiment(
      model: ModelIdentity(
        name: "m", architecture: "vit", hash: "0", labels: [], parameterCount: 0, layerCount: 1, headCount: 1,
        grid: PatchGrid(rows: 1, columns: 1), inputHeight: 1, inputWidth: 1),
      data: DataIdentity(
        name: "d", split: "all", splitCount: 5, hash: "0", sampleCount: 4, sampleSeed: nil),
      target: "predicted", explainers: [], metrics: [], measuresHeads: false, settings: [:])
    let results = EvaluationResults(
      experiment: experiment,
      images: [0, 2].map { ImageResult(position: $0, identifier: "\($0)", label: nil) })
    #expect(results.missingPositions == [1, 3])
  }

  @Test("an evaluation in memory that is stopped has what was done, and a shard what is its own")
  func inMemory() throws {
    let evaluation = try Fixture.evaluation()
    let whole = try Fixture.results(evaluation)
    var count = 0
    let stopped = try evaluation.results { event in
      if case .image = event { count += 1 }
      if count == 5 { throw CancellationError() }
    }
    #expect(stopped.images.count == 5 && stopped.missingPositions.count == 6)
    #expect(stopped.images == whole.images.filter { !stopped.missingPositions.contains($0.position) })
    let shard = try #require(Shard(2, of: 2))
    #expect(try evaluation.results(shard: shard).images == (4..<8).map { whole.images[$0] })
  }
}
