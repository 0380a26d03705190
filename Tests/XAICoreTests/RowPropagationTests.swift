import Testing
import XAICore
import XAITensor
import XAITesting

@Suite struct RowPropagationTests {
  private func matrices(_ count: Int, size: Int) -> [Matrix] {
    var random = SeededRandom(seed: 4)
    return (0..<count).map { _ in Matrix(random.normal([size, size])) }
  }

  private func propagate(_ vectors: [[Float]], _ matrices: [Matrix], factor: Float = 0) -> [[Float]] {
    RowPropagation.propagate(vectors, through: matrices.indices, addingOriginalsTimes: factor) {
      layer, row, entries in
      for (column, value) in matrices[layer][row: row].enumerated() { entries[column] = Float(value) }
    }
  }

  @Test("equals the product of full matrices, in the order of the layers")
  func dense() {
    let matrices = matrices(3, size: 6)
    let vectors: [[Float]] = [
      [0, 0, 1, 0, 0, 0], [0.5, 0, 0, 0.25, 0, 0.25], Array(repeating: 1 / 6, count: 6),
    ]
    let product = matrices[0] * matrices[1] * matrices[2]
    for (row, vector) in zip(propagate(vectors, matrices), vectors) {
      expectClose(row, product.read(with: vector).map(Float.init), within: 1e-5, "row")
    }
  }

  @Test("adds the originals after each product")
  func originals() {
    let matrices = matrices(2, size: 4)
    let vector: [Float] = [1, 0, -0.5, 0]
    // v·((M₁ + ½·…): after two layers (v·M₁ + ½v)·M₂ + ½v.
    let half = Matrix.identity(4, times: 0.5)
    let expected = ((matrices[0] + half) * matrices[1] + half).read(with: vector)
    expectClose(propagate([vector], matrices, factor: 0.5)[0], expected.map(Float.init), within: 1e-5, "row")
  }

  @Test("without layers nothing changes")
  func none() {
    #expect(propagate([[1, 2]], []) == [[1, 2]])
    #expect(propagate([], []) == [])
  }

  private func changed(_ values: [Float], _ body: (UnsafeMutableBufferPointer<Float>) -> Void) -> [Float] {
    var values = values
    values.withUnsafeMutableBufferPointer { body($0) }
    return values
  }

  @Test func normalise() {
    #expect(changed([1, 3, 4], RowPropagation.normalise) == [0.125, 0.375, 0.5])
    #expect(changed([0, 0], RowPropagation.normalise) == [0, 0])
  }

  @Test("discards the lowest share of patch columns, of equal ones the first")
  func discard() {
    let row: [Float] = [0, 5, 1, 1, 3, 2]
    func discarding(_ share: Double) -> [Float] {
      changed(row) { RowPropagation.discard(share, of: $0, patches: 1..<6) }
    }
    #expect(discarding(0) == row)
    #expect(discarding(0.19) == row)
    #expect(discarding(0.2) == [0, 5, 0, 1, 3, 2])
    #expect(discarding(0.6) == [0, 5, 0, 0, 3, 0])
    #expect(discarding(0.99) == [0, 5, 0, 0, 0, 0])
  }

  @Test("collapse is 1 where the readout row is the mean row, and 0 where they share nothing")
  func collapse() {
    #expect(RowPropagation.collapse(readoutRow: [0.2, 0.8], meanRow: [0.1, 0.4]) == 1)
    #expect(RowPropagation.collapse(readoutRow: [1, 0], meanRow: [0, 1]) == 0)
    #expect(RowPropagation.collapse(readoutRow: [0, 0], meanRow: [0, 1]) == 0)
  }
}
