import Testing

@testable import XAITensor

/// Products against the formula.
struct MultiplyTests {
  private func check(
    _ test: KernelsUnderTest, _ a: MatrixOperand, _ b: MatrixOperand, _ layout: MatrixLayout,
    _ epilogue: Epilogue = .plain, count: Int? = nil, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    // What lies around the product must stay as it is, so all of it has values.
    var random = TestRandom(seed: 99)
    let before = random.tensor([count ?? layout.end])
    var buffer = before.buffer()
    test.kernels.multiply(a, b, into: &buffer, layout, epilogue)
    let expected = Naive.multiply(a, b, into: before.elements, layout, epilogue)
    expectEqual(
      buffer.freeze().elements, expected.values,
      within: { test.productTolerance * max(expected.magnitudes[$0], 1e-30) }, what,
      sourceLocation: sourceLocation)
  }

  /// Sizes around the tiles of every instruction set, beyond a block of the depth, with rows half a page apart, and with
  /// so many rows that panels are kept and not rows.
  static let sizes: [(rows: Int, columns: Int, depth: Int)] =
    [
      (1, 1, 1), (1, 1, 0), (3, 5, 0), (0, 4, 3), (4, 0, 3), (1, 40, 7), (40, 1, 7), (2, 3, 4), (5, 17, 33),
      (6, 8, 16),
      (7, 9, 15), (12, 16, 5), (13, 31, 8), (14, 32, 17), (15, 33, 16), (28, 64, 31), (29, 65, 64),
      (50, 37, 300),
      (17, 20, 800), (3, 4, 1601), (31, 33, 512), (15, 20, 1024), (512, 6, 9),
      (513, 70, 20), (530, 97, 1100),
    ]

  @Test(arguments: KernelsUnderTest.all)
  func sizesAndTransposes(_ test: KernelsUnderTest) {
    for (rows, columns, depth) in Self.sizes {
      for transposition in 0..<4 {
        var random = TestRandom()
        let a = random.tensor(transposition & 1 == 0 ? [rows, depth] : [depth, rows])
        let b = random.tensor(transposition & 2 == 0 ? [depth, columns] : [columns, depth])
        let left = MatrixOperand(
          a, MatrixLayout(rows: a.shape[0], columns: a.shape[1]))
        let right = MatrixOperand(b, MatrixLayout(rows: b.shape[0], columns: b.shape[1]))
        check(
          test, transposition & 1 == 0 ? left : left.transposed,
          transposition & 2 == 0 ? right : right.transposed, MatrixLayout(rows: rows, columns: columns),
          .plain,
          "in \(rows)×\(depth)×\(columns), transposition \(transposition)")
      }
    }
  }

  @Test(arguments: KernelsUnderTest.all)
  func epilogues(_ test: KernelsUnderTest) {
    for (rows, columns, depth) in [(15, 35, 20), (4, 7, 0), (9, 18, 900), (520, 70, 1100)] {
      var random = TestRandom()
      let a = MatrixOperand(random.tensor([rows, depth]), MatrixLayout(rows: rows, columns: depth))
      let b = MatrixOperand(random.tensor([depth, columns]), MatrixLayout(rows: depth, columns: columns))
      let bias = random.tensor([columns])
      let residual = MatrixOperand(rowsOf: random.tensor([rows, columns]))
      let turned = MatrixOperand(rowsOf: random.tensor([columns, rows])).transposed
      let epilogues = [
        Epilogue(scale: 0.125), Epilogue(bias: bias), Epilogue(scale: 0.25, bias: bias, activation: .gelu),
        Epilogue(activation: .gelu), Epilogue(residual: residual), Epilogue(bias: bias, residual: turned),
        Epilogue(scale: -2, bias: bias, activation: .gelu, residual: residual), Epilogue(accumulates: true),
        Epilogue(scale: -0.5, accumulates: true),
      ]
      for (index, epilogue) in epilogues.enumerated() {
        check(
          test, a, b, MatrixLayout(rows: rows, columns: columns), epilogue,
          "in epilogue \(index) of \(rows)×\(depth)×\(columns)")
      }
    }
  }

  /// The heads of a packed [images · tokens, 3 · width], read and written in place.
  @Test(arguments: KernelsUnderTest.all)
  func heads(_ test: KernelsUnderTest) {
    let (images, tokens, heads, size) = (2, 19, 3, 8)
    let width = heads * size
    var random = TestRandom()
    let packed = random.tensor([images * tokens, 3 * width])
    func head(_ offset: Int) -> MatrixOperand {
      MatrixOperand(
        packed,
        MatrixLayout(
          rows: tokens, columns: size, rowStride: 3 * width, offset: offset,
          outer: .init(count: images, stride: tokens * 3 * width), inner: .init(count: heads, stride: size)))
    }
    let scores = MatrixLayout(
      rows: tokens, columns: tokens, outer: .init(count: images, stride: heads * tokens * tokens),
      inner: .init(count: heads, stride: tokens * tokens))
    check(test, head(0), head(width).transposed, scores, Epilogue(scale: 0.35), "in scores")

    let weights = MatrixOperand(random.tensor([images, heads, tokens, tokens]), scores)
    let context = MatrixLayout(
      rows: tokens, columns: size, rowStride: width, outer: .init(count: images, stride: tokens * width),
      inner: .init(count: heads, stride: size))
    check(test, weights, head(2 * width), context, .plain, "in contexts")

    // The gradient of one of the three parts, between the two others.
    let part = head(width).layout
    check(
      test, weights.transposed, head(0), part, Epilogue(accumulates: true), count: packed.count,
      "in a part")
    check(
      test, weights.transposed, head(0), part, .plain, count: packed.count + 5,
      "in a part with a rest")
  }

  /// One matrix or one residual for all entries of a batch, of count 1 or of stride 0.
  @Test(arguments: KernelsUnderTest.all)
  func broadcasts(_ test: KernelsUnderTest) {
    let (outer, inner, rows, columns, depth) = (3, 2, 5, 21, 18)
    var random = TestRandom()
    func operand(_ rows: Int, _ columns: Int, outer: Int, inner: Int) -> MatrixOperand {
      MatrixOperand(
        random.tensor([outer, inner, rows, columns]),
        MatrixLayout(
          rows: rows, columns: columns, outer: .init(count: outer, stride: inner * rows * columns),
          inner: .init(count: inner, stride: rows * columns)))
    }
    let layout = operand(rows, columns, outer: outer, inner: inner).layout
    let all = operand(rows, depth, outer: outer, inner: inner)
    check(
      test, all, operand(depth, columns, outer: 1, inner: 1), layout,
      Epilogue(residual: operand(rows, columns, outer: 1, inner: 1)), "with one of B and of the residual")
    check(
      test, operand(rows, depth, outer: 1, inner: inner),
      operand(depth, columns, outer: outer, inner: 1),
      layout, Epilogue(residual: operand(rows, columns, outer: outer, inner: 1)), "with one of each")
    var repeated = operand(depth, columns, outer: 1, inner: inner)
    repeated.layout.outer = .init(count: outer, stride: 0)
    check(
      test, all, repeated, layout,
      Epilogue(residual: operand(columns, rows, outer: 1, inner: inner).transposed), "with a stride of 0")
  }

  @Test(arguments: KernelsUnderTest.all)
  func productsBetweenOtherElements(_ test: KernelsUnderTest) {
    var random = TestRandom()
    let (rows, columns, depth) = (16, 19, 11)
    let a = MatrixOperand(
      random.tensor([500]), MatrixLayout(rows: rows, columns: depth, rowStride: 23, offset: 7))
    let b = MatrixOperand(
      random.tensor([500]),
      MatrixLayout(rows: depth, columns: columns, rowStride: 1, columnStride: 13, offset: 3))
    let residual = MatrixOperand(
      random.tensor([700]), MatrixLayout(rows: rows, columns: columns, rowStride: 29, offset: 2))
    let layout = MatrixLayout(rows: rows, columns: columns, rowStride: 37, offset: 11)
    for epilogue in [Epilogue.plain, Epilogue(residual: residual), Epilogue(accumulates: true)] {
      check(test, a, b, layout, epilogue, count: layout.end + 40)
    }
  }

  /// Large enough for several blocks, threads and stretches of the depth, read in place and packed; some rows of the
  /// result are checked.
  @Test(arguments: KernelsUnderTest.all, [800, 1024])
  func manyBlocks(_ test: KernelsUnderTest, depth: Int) {
    var random = TestRandom()
    let (rows, columns) = (431, 70)
    let a = random.tensor([rows, depth])
    let b = MatrixOperand(rowsOf: random.tensor([columns, depth])).transposed
    let bias = random.tensor([columns])
    var buffer = TensorBuffer([rows, columns])
    test.kernels.multiply(
      MatrixOperand(rowsOf: a), b, into: &buffer, MatrixLayout(rows: rows, columns: columns),
      Epilogue(bias: bias))
    let c = buffer.freeze()
    for row in stride(from: 0, to: rows, by: 43) {
      let expected = Naive.multiply(
        MatrixOperand(rowsOf: a[row..<row + 1]), b, into: Array(repeating: 0, count: columns),
        MatrixLayout(rows: 1, columns: columns), Epilogue(bias: bias))
      expectEqual(
        c[row].elements, expected.values, within: { test.productTolerance * expected.magnitudes[$0] },
        "in row \(row)")
    }
  }

  /// An image's results must not depend on what else is in its batch, nor on the machine's number of cores.
  @Test(arguments: InstructionSet.available)
  func rowsHaveTheSameBitsInAnyBatch(_ set: InstructionSet) {
    var random = TestRandom()
    for (columns, depth) in [(576, 192), (70, 1500)] {
      let a = random.tensor([3 * 197, depth])
      let weight = MatrixOperand(rowsOf: random.tensor([columns, depth])).transposed
      func product(_ rows: Range<Int>, threads: Int) -> Tensor {
        var buffer = TensorBuffer([rows.count, columns])
        PortableKernels(instructionSet: set, threads: threads).multiply(
          MatrixOperand(rowsOf: a[rows]), weight, into: &buffer,
          MatrixLayout(rows: rows.count, columns: columns), Epilogue(activation: .gelu))
        return buffer.freeze()
      }
      let all = product(0..<3 * 197, threads: 1)
      for rows in [197..<394, 0..<1, 400..<591] {
        #expect(all[rows].elements == product(rows, threads: 3).elements, "\(rows) of \(depth)×\(columns)")
      }
    }
  }

  /// A NaN spoils its row and nothing else; infinities come through a product, but not through every GELU.
  @Test(arguments: KernelsUnderTest.all)
  func nonFiniteElements(_ test: KernelsUnderTest) {
    var a = [Float](repeating: 1, count: 17 * 9)
    a[3 * 9 + 4] = .nan
    let right = MatrixOperand(rowsOf: Tensor(repeating: 1, [9, 35]))
    let layout = MatrixLayout(rows: 17, columns: 35)
    check(
      test, MatrixOperand(rowsOf: Tensor([17, 9], a)), right, layout, Epilogue(activation: .gelu))
    a[5 * 9 + 2] = .infinity
    check(test, MatrixOperand(rowsOf: Tensor([17, 9], a)), right, layout)
  }
}
