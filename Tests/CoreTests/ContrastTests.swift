import Foundation
import Testing
import XAITensor
import XAITesting

@testable import XAICore

@Suite("Contrast") struct ContrastTests {
  private let layout = TokenLayout(prefix: [], grid: PatchGrid(rows: 1, columns: 1), readout: .meanOfPatches)

  private func trace(_ logits: [[Float]]) -> ForwardTrace {
    ForwardTrace(
      input: Tensor(repeating: 0, [logits.count, 3, 1, 1]), layout: layout,
      logits: Tensor([logits.count, logits[0].count], logits.flatMap { $0 }))
  }

  private func cotangent(_ logits: [[Float]], _ classes: [[Int]], _ contrast: Contrast) throws -> [Float] {
    try trace(logits).cotangent(of: Targets(classes), contrast: contrast).elements
  }

  @Test("without contrast it is the targets' own, bit for bit")
  func none() throws {
    let targets = try Targets([[2, 0], [1, 1]])
    #expect(
      try cotangent([[1, 5, 2], [0, 3, 9]], targets.classes, .none)
        == targets.cotangent(classCount: 3).elements)
  }

  @Test("the runner-up is the likeliest other class of each image, equal ones the lower first")
  func runnerUp() throws {
    let logits: [[Float]] = [[1, 5, 2], [3, 0, 3], [7, 7, 7]]
    // Rows are target-major: the first targets of all images, then the second ones.
    let found = try cotangent(logits, [[1, 0], [0, 1], [0, 2]], .runnerUp)
    #expect(
      found == [0, 1, -1, 1, 0, -1, 1, -1, 0] + [1, -1, 0, -1, 1, 0, -1, 0, 1])
  }

  @Test("the likeliest other classes, all alike; one of them is the runner-up")
  func top() throws {
    let logits: [[Float]] = [[1, 5, 2, 2], [3, 0, 3, -1]]
    #expect(
      try cotangent(logits, [[1], [1]], .top(2)) == [0, 1, -0.5, -0.5, -0.5, 1, -0.5, 0])
    #expect(try cotangent(logits, [[1], [0]], .top(1)) == cotangent(logits, [[1], [0]], .runnerUp))
    // Of equal ones the lower.
    #expect(try cotangent(logits, [[0], [3]], .top(2)) == [1, -0.5, -0.5, 0, -0.5, 0, -0.5, 1])
    for target in 0..<4 {
      let all = try cotangent([logits[0]], [[target]], .top(3))
      #expect(abs(all.reduce(0, +)) < 1e-6)
      #expect(all.filter { $0 < 0 }.allSatisfy { $0 == -Float(1) / 3 })
    }
    expectError("against the 4 likeliest others, and there are 3") {
      try cotangent(logits, [[0], [0]], .top(4))
    }
  }

  @Test("more others than a model has are refused with how many there are")
  func tooMany() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make()).descriptor
    try Contrast.top(model.classCount - 1).check(fits: model)
    expectError("top:\(model.classCount) is out of range: top:1 to top:\(model.classCount - 1)") {
      try Contrast.top(model.classCount).check(fits: model)
    }
  }

  @Test("a class index")
  func classIndex() throws {
    #expect(try cotangent([[1, 5, 2]], [[0, 2]], .classIndex(1)) == [1, -1, 0, 0, -1, 1])
  }

  @Test("others give the gradient of the log-odds")
  func others() throws {
    let logits: [Float] = [0.3, -1.2, 2.5, 0.8]
    func logOdds(_ logits: [Double], _ target: Int) -> Double {
      var rest = logits
      rest.remove(at: target)
      return logits[target] - log(rest.reduce(0) { $0 + exp($1) })
    }
    for target in logits.indices {
      let found = try cotangent([logits], [[target]], .others)
      let slopes = logits.indices.map { index -> Float in
        let moved = [1e-5, -1e-5].map { step in
          var values = logits.map(Double.init)
          values[index] += step
          return logOdds(values, target)
        }
        return Float((moved[0] - moved[1]) / 2e-5)
      }
      expectClose(found, slopes, within: 1e-6, "target \(target)")
      #expect(abs(found.reduce(0, +)) < 1e-6)
    }
  }

  @Test("huge logits don't overflow")
  func huge() throws {
    #expect(try cotangent([[3000, 2000, 1000]], [[0]], .others) == [1, -1, 0])
  }

  @Test("with one class there is nothing to hold it against")
  func single() throws {
    for contrast in [Contrast.runnerUp, .others] { #expect(try cotangent([[2]], [[0]], contrast) == [1]) }
  }

  @Test("a class against itself, and one that the model doesn't have")
  func refusals() {
    expectError("holds class 1 against itself") { try cotangent([[1, 5, 2]], [[0, 1]], .classIndex(1)) }
    expectError("classes 0 to 2") { try cotangent([[1, 5, 2]], [[0]], .classIndex(3)) }
  }

  @Test("texts", arguments: ["none", "runner-up", "top:3", "others", "0", "17"])
  func texts(_ text: String) throws {
    #expect(try #require(Contrast(optionText: text)).optionText == text)
  }

  @Test(
    "what is no contrast",
    arguments: ["", "-1", "1.5", "second", "runner_up", "top", "top:", "top:0", "top:x"])
  func wrongTexts(_ text: String) {
    #expect(Contrast(optionText: text) == nil)
  }
}
