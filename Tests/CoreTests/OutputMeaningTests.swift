import Testing
import XAIFoundation
import XAITesting

@testable import XAICore

@Suite struct OutputMeaningTests {
  private static let logits: [Float] = [-1.5, 0.25, 3, 88, -104, 0]

  private func probabilities<Value: BinaryFloatingPoint & Sendable>(
    _ meaning: OutputMeaning, as type: Value.Type, _ logits: [Float] = logits
  ) -> [Value]? {
    Probabilities<Value>(of: logits, meaning: meaning).map { logits.map($0.probability(ofLogit:)) }
  }

  @Test("a softmax in single precision has its sum and quotient there")
  func singleSoftmax() throws {
    let highest = Float(88)
    let raised = Self.logits.map { Float(exponential(Double($0 - highest))) }
    let expected = raised.map { $0 / raised.reduce(0, +) }
    let found = try #require(probabilities(.softmax, as: Float.self))
    #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(softmax(Self.logits).map(\.bitPattern) == expected.map(\.bitPattern))
  }

  @Test("a softmax in double precision, to the bit")
  func doubleSoftmax() throws {
    let raised = Self.logits.map { exponential(Double($0) - 88) }
    var sum = 0.0
    for value in raised { sum += value }
    let found = try #require(probabilities(.softmax, as: Double.self))
    #expect(found.map(\.bitPattern) == raised.map { ($0 / sum).bitPattern })
  }

  @Test("sigmoids of each logit, near 0 and 1 too", arguments: [OutputMeaning.sigmoidPerClass, .sigmoid])
  func sigmoid(_ meaning: OutputMeaning) throws {
    let found = try #require(probabilities(meaning, as: Double.self))
    for (logit, probability) in zip(Self.logits, found) {
      let expected = 1 / (1 + exponential(-Double(logit)))
      #expect(abs(probability - expected) <= 1e-15 * max(expected, 1e-30))
    }
    #expect(try #require(probabilities(meaning, as: Float.self)) == found.map(Float.init))
    #expect(probabilities(meaning, as: Double.self, [-2000, 2000]) == [0, 1])
  }

  @Test("numbers and nothing have no probabilities", arguments: [OutputMeaning.regression, .none])
  func none(_ meaning: OutputMeaning) {
    #expect(probabilities(meaning, as: Float.self) == nil && !meaning.hasProbabilities)
    #expect(LogitRow([1, 2], meaning: meaning).answer(about: 1).probability.isNaN)
  }

  @Test("what an answer says depends on what the outputs mean")
  func answers() {
    let softmax = LogitRow([0, 1], meaning: .softmax).answer(about: 1)
    let sigmoid = LogitRow([0, 1], meaning: .sigmoidPerClass).answer(about: 0)
    #expect(abs(softmax.probability - 0.731_058_6) < 1e-6 && softmax.isPredicted)
    #expect(sigmoid.probability == 0.5 && !sigmoid.isPredicted)
  }

  @Test("a class's rank counts those that the model finds likelier; of equal ones the first is predicted")
  func ranks() {
    let row = LogitRow([1, 3, 3, -2], meaning: .softmax)
    #expect((0..<4).map { row.rank(of: $0) } == [3, 1, 2, 4])
    #expect(row.predictedClass == 1)
  }

  private func descriptor(_ output: OutputMeaning) -> ModelDescriptor {
    var descriptor = ToyModel.classToken.make(on: AvailableKernels.preferred.make()).descriptor
    descriptor.output = output
    return descriptor
  }

  @Test("others can't be weighted by probabilities that they don't share")
  func contrast() {
    let error = #expect(throws: OptionError.self) {
      try Contrast.others.check(fits: descriptor(.sigmoidPerClass))
    }
    #expect(error?.description.contains("contrast") == true)
    #expect(throws: Never.self) { try Contrast.others.check(fits: descriptor(.softmax)) }
    #expect(throws: Never.self) { try Contrast.runnerUp.check(fits: descriptor(.regression)) }
  }
}
