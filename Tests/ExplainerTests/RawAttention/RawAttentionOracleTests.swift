import Testing
import XAICore
import XAIRawAttention
import XAITesting

/// Raw attention against its formula in double precision.
@Suite("Raw attention formula") struct RawAttentionOracleTests {
  @Test("every layer and head on every layout", arguments: ToyModel.all)
  func options(_ toy: ToyModel) throws {
    let layout = toy.layout
    let model = ScriptedModel.random(layout: layout)
    let heads: [(RawAttentionOptions.Head, [Int])] = [
      (.mean, [0, 1, 2]), (.index(0), [0]), (.index(2), [2]),
    ]
    for (option, layer) in [(-1, 2), (0, 0), (1, 1)] {
      for (head, indices) in heads {
        var options = RawAttentionOptions()
        (options.layer, options.head) = (option, head)
        let maps = try RawAttention(options: options).explain(
          model.input(images: 2), targets: .classes([0]), using: model)
        for image in 0..<2 {
          let matrices = indices.map { model.attentionMatrix(layer: layer, image: image, head: $0) }
          let mean = 1 / Double(matrices.count) * matrices.dropFirst().reduce(matrices[0], +)
          let row = mean.read(with: layout.readoutWeights)[layout.patches]
          expectClose(
            maps[image][0].scores, row.map(Float.init), within: 1e-6, "\(toy) '\(options.shortestText)'")
        }
      }
    }
  }

  @Test("a head that the model doesn't have is refused, and the error says how many there are")
  func head() {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var options = RawAttentionOptions()
    options.head = .index(3)
    let error = #expect(throws: OptionError.self) {
      try RawAttention(options: options).check(fits: model.descriptor)
    }
    #expect(error?.description.contains("3 heads") == true)
  }

  @Test("heads read back as they are written", arguments: ["mean", "0", "11"])
  func headText(_ text: String) {
    #expect(RawAttentionOptions.Head(optionText: text)?.optionText == text)
  }

  @Test("what is no head is refused", arguments: ["-1", "max", "1.5", ""])
  func noHead(_ text: String) {
    #expect(RawAttentionOptions.Head(optionText: text) == nil)
  }
}
