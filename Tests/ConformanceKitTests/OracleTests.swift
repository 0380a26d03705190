import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

/// What the oracles themselves stand on.
@Suite struct OracleTests {
  @Test func matrixProduct() {
    let a = Matrix(rows: 2, columns: 3, [1, 2, 3, 4, 5, 6])
    let b = Matrix(rows: 3, columns: 2, [1, 0, 0, 1, 2, -1])
    #expect((a * b).entries == [7, -1, 16, -1])
    #expect(a * Matrix.identity(3) == a)
    let scaled: [Double] = [4.0 / 15, 5.0 / 15, 6.0 / 15]
    #expect(a.rowsNormalised[row: 1] == scaled)
    #expect(a.read(with: [1, -1]) == [-3, -3, -3])
    let sum = 2.0 * a + a.times(a)
    #expect(sum.entries == [3, 8, 15, 24, 35, 48])
  }

  @Test("the same seed gives the same numbers, another seed others")
  func random() {
    var (first, second, other) = (SeededRandom(seed: 1), SeededRandom(seed: 1), SeededRandom(seed: 2))
    let numbers = first.normal([1000]).elements
    #expect(numbers == second.normal([1000]).elements)
    #expect(numbers != other.normal([1000]).elements)
    let mean = numbers.reduce(0, +) / 1000
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1000
    #expect(abs(mean) < 0.15 && abs(variance - 1) < 0.2)
  }

  @Test("random attention is attention")
  func attention() {
    var random = SeededRandom(seed: 3)
    let attention = random.attention(images: 2, heads: 3, tokens: 5)
    #expect(attention.shape == [2, 3, 5, 5])
    let sums = stride(from: 0, to: 150, by: 5).map { attention.elements[$0..<$0 + 5].reduce(0, +) }
    expectClose(sums, Array(repeating: 1, count: 30), within: 1e-6, "rows")
  }

  @Test("expectations fail where values differ, are missing, or are no numbers")
  func expectations() {
    expectClose([1, 2], [1, 2.00001], within: 1e-4, "close")
    expectSameMap([0, 2, 4], [5, 6, 7], within: 1e-6, "the same map")
    withKnownIssue { expectClose([1, 2], [1, 2.1], within: 1e-4, "far") }
    withKnownIssue { expectClose([1], [1, 2], within: 1e-4, "short") }
    withKnownIssue { expectClose([.nan], [.nan], within: 1e-4, "no number") }
    withKnownIssue { expectSameMap([0, 1, 4], [5, 6, 7], within: 1e-6, "another map") }
    withKnownIssue { expectClose(Tensor([2], [1, 2]), Tensor([1, 2], [1, 2]), within: 1, "another shape") }
    withKnownIssue { expectError("here") { () } }
    withKnownIssue { expectError("elsewhere") { throw DatasetError.empty(place: "there") } }
    expectError("there") { throw DatasetError.empty(place: "there") }
  }
}
