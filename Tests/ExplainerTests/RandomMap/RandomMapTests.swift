import Testing
import XAICore
import XAIFoundation
import XAIRandomMap
import XAITensor
import XAITesting

@Suite struct RandomMapTests {
  private let model = ScriptedModel.random(layout: ToyModel.classToken.layout)

  private func shape(images: Int) -> TensorShape { model.input(images: images).shape }

  private func input(images: Int) -> Tensor {
    var random = SeededRandom(seed: 4)
    return random.normal(shape(images: images))
  }

  private func scores(_ input: Tensor, seed: Int = 0, classes: [Int] = [0]) throws -> [[[Float]]] {
    var options = RandomMapOptions()
    options.seed = seed
    return try RandomMap(options: options).explain(input, targets: .classes(classes), using: model)
      .map { $0.map(\.scores) }
  }

  @Test("scores are in [0, 1) and no two of an image are equal")
  func range() throws {
    let scores = try scores(input(images: 1))[0][0]
    #expect(scores.count == model.descriptor.layout.grid.count)
    #expect(scores.allSatisfy { (0..<1).contains($0) } && Set(scores).count == scores.count)
  }

  @Test("each image and each seed has a map of its own, and all classes the same")
  func streams() throws {
    let input = input(images: 3)
    let maps = try scores(input, classes: [0, 1])
    #expect(Set(maps.map { $0[0] }).count == 3)
    #expect(maps.allSatisfy { $0[0] == $0[1] })
    let others = try [1, -1, Int.max, Int.min].map { try scores(input, seed: $0)[0][0] }
    #expect(Set(others + [maps[0][0]]).count == 5)
  }

  @Test("one bit of an image changes all of its map, and its place in a batch nothing")
  func hash() throws {
    let input = input(images: 2)
    var elements = input[0].elements
    elements[elements.count - 1] = elements[elements.count - 1].nextUp
    let changed = Tensor(shape(images: 1), elements)
    let before = try scores(input)
    let after = try scores(changed)[0][0]
    #expect(zip(before[0][0], after).allSatisfy { $0 != $1 })
    let alone = try scores(Tensor(shape(images: 1), input[1].elements))[0][0]
    #expect(alone == before[1][0])
  }

  @Test("the numbers are those of the page's formula, the same on every machine")
  func golden() throws {
    // FNV-1a of 27 times 0x3F000000, then SplitMix64, computed in Python.
    let input = Tensor(repeating: 0.5, shape(images: 1))
    #expect(input.count == 27)
    expectClose(
      Array(try scores(input)[0][0].prefix(3)), [0.121036768, 0.55233073, 0.89699125], within: 1e-7,
      "the first scores")
  }
}
