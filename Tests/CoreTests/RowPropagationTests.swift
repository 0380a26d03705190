import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@Suite struct RowPropagationTests {
  private func matrices(_ count: Int, size: Int) -> [Matrix] {
    var random = SeededRandom(seed: 4)
    return (0..<count).map { _ in Matrix(random.normal([size, size])) }
  }

  /// Tokens without any before them.
  private func layout(_ count: Int) -> TokenLayout {
    TokenLayout(prefix: [], grid: PatchGrid(rows: 1, columns: count), readout: .meanOfPatches)
  }

  private func propagate(_ vectors: [[Float]], _ matrices: [Matrix], factor: Float = 0) -> [[Float]] {
    RowPropagation.propagate(
      vectors, through: matrices.indices, of: layout(vectors.first?.count ?? 0), addingOriginalsTimes: factor
    ) { row in
      for (column, value) in matrices[row.layer][row: row.token].enumerated() {
        row.entries[column] = Float(value)
      }
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

  /// What a change makes of a row of a class token and patches.
  private func changed(_ values: [Float], _ change: (TransitionRow) -> Void) -> [Float] {
    let layout = TokenLayout(
      prefix: [.classToken], grid: PatchGrid(rows: 1, columns: values.count - 1), readout: .classToken)
    let unit = values.indices.map { $0 == 1 ? Float(1) : 0 }
    return RowPropagation.propagate([unit], through: [0], of: layout) { row in
      for (column, value) in values.enumerated() { row.entries[column] = value }
      change(row)
    }[0]
  }

  @Test func normalise() {
    #expect(changed([1, 3, 4]) { $0.normalise() } == [0.125, 0.375, 0.5])
    #expect(changed([0, 0]) { $0.normalise() } == [0, 0])
  }

  @Test("the identity goes to the row's own token")
  func identity() {
    #expect(changed([1, 3, 4]) { $0.addIdentity(times: 2) } == [1, 5, 4])
    #expect(changed([1, 3, 4]) { $0.scale(by: 2) } == [2, 6, 8])
  }

  @Test("discards the lowest share of patch columns, of equal ones the first")
  func discard() {
    let row: [Float] = [0, 5, 1, 1, 3, 2]
    func discarding(_ share: Double) -> [Float] { changed(row) { $0.discard(share) } }
    #expect(discarding(0) == row)
    #expect(discarding(0.19) == row)
    #expect(discarding(0.2) == [0, 5, 0, 1, 3, 2])
    #expect(discarding(0.6) == [0, 5, 0, 0, 3, 0])
    #expect(discarding(0.99) == [0, 5, 0, 0, 0, 0])
  }

  @Test("in windows and through merges it equals the product of full matrices")
  func windows() {
    let grid = PatchGrid(rows: 5, columns: 3)
    let windows = [0, 1].map {
      AttentionWindows(
        grid: grid, shape: PatchGrid(rows: 2, columns: 2), shift: PatchGrid(rows: $0, columns: $0))
    }
    let merge = TokenMerge(grid)
    let layout = TokenLayout(
      prefix: [], grid: grid, readout: .meanOfPatches,
      layers: windows.map { LayerTokens(grid: grid, windows: $0) }
        + [LayerTokens(grid: merge.coarse, merge: merge)])
    var random = SeededRandom(seed: 9)
    let full = Matrix(random.normal([15, 15]))
    // What a layer's matrix has outside of its windows is no part of it.
    let matrices =
      windows.map { windows in
        var matrix = full
        for row in 0..<15 {
          for column in 0..<15 where windows.place(of: row).window != windows.place(of: column).window {
            matrix[row, column] = 0
          }
        }
        return matrix
      } + [Matrix(random.normal([6, 6]))]
    var merging = Matrix(rows: 6, columns: 15, Array(repeating: 0, count: 90))
    for token in 0..<6 {
      let parts = (0..<15).filter { $0 / 3 / 2 == token / 2 && $0 % 3 / 2 == token % 2 }
      for part in parts { merging[token, part] = 1 / Double(parts.count) }
    }
    let rows = RowPropagation.propagate([layout.readoutWeights], through: [2, 1, 0], of: layout) { row in
      for entry in row.entries.indices {
        row.entries[entry] = Float(matrices[row.layer][row.token, row.token(ofEntry: entry)])
      }
    }
    let product = matrices[2] * merging * matrices[1] * matrices[0]
    expectClose(
      rows[0], product.read(with: layout.readoutWeights).map(Float.init), within: 1e-5, "the readout row")
    // Where the lower layers don't count, what a token is made of still does.
    let last = RowPropagation.propagate([layout.readoutWeights], through: [2], of: layout) { row in
      for c in 0..<6 { row.entries[c] = Float(matrices[2][row.token, c]) }
    }
    expectClose(
      layout.patchScores(last[0], ofLayer: 2),
      (matrices[2] * merging).read(with: layout.readoutWeights).map(Float.init), within: 1e-5, "scores")
  }

  @Test("collapse is 1 where the readout row is the mean row, and 0 where they share nothing")
  func collapse() {
    #expect(RowPropagation.collapse(readoutRow: [0.2, 0.8], meanRow: [0.1, 0.4]) == 1)
    #expect(RowPropagation.collapse(readoutRow: [1, 0], meanRow: [0, 1]) == 0)
    #expect(RowPropagation.collapse(readoutRow: [0, 0], meanRow: [0, 1]) == 0)
  }
}
