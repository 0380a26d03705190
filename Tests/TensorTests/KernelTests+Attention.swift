import Testing

@testable import XAITensor

/// Attention against its three steps in double precision.
struct AttentionTests {
  /// Q, K and V side by side in [images, tokens, 3 · heads · width], and a bias where it is wanted.
  struct Case: Sendable {
    var images = 1
    var heads = 1
    var tokens: Int
    var width: Int
    var hasBias = false

    func operands(_ random: inout TestRandom) -> AttentionOperands {
      let all = random.tensor([images, tokens, 3 * heads * width], in: -2...2)
      func part(_ index: Int) -> MatrixOperand {
        MatrixOperand(
          all,
          MatrixLayout(
            rows: tokens, columns: width, rowStride: 3 * heads * width, offset: index * heads * width,
            outer: .init(count: images, stride: tokens * 3 * heads * width),
            inner: .init(count: heads, stride: width)))
      }
      let bias = MatrixOperand(
        random.tensor([heads, tokens, tokens]),
        MatrixLayout(rows: tokens, columns: tokens, inner: .init(count: heads, stride: tokens * tokens)))
      return AttentionOperands(
        queries: part(0), keys: part(1), values: part(2), scale: 0.3, bias: hasBias ? bias : nil)
    }
  }

  static let cases = [
    Case(tokens: 1, width: 1), Case(tokens: 5, width: 16), Case(images: 2, heads: 3, tokens: 19, width: 8),
    Case(heads: 2, tokens: 33, width: 33, hasBias: true),
    Case(images: 3, heads: 3, tokens: 70, width: 20, hasBias: true),
    Case(heads: 1, tokens: 197, width: 64),
  ]

  /// A and O of one head by the formula.
  private func expected(_ operands: AttentionOperands, outer: Int, inner: Int) -> (a: [Double], o: [Double]) {
    func value(_ operand: MatrixOperand, _ row: Int, _ column: Int) -> Double {
      Double(
        operand.elements(outer: outer, inner: inner)[
          row * operand.layout.rowStride + column * operand.layout.columnStride])
    }
    let (tokens, width) = (operands.queries.layout.rows, operands.values.layout.columns)
    var (a, o): ([Double], [Double]) = ([], [])
    for row in 0..<tokens {
      let scores = (0..<tokens).map { column in
        (0..<width).reduce(0) { $0 + value(operands.queries, row, $1) * value(operands.keys, column, $1) }
          * Double(operands.scale) + (operands.bias.map { value($0, row, column) } ?? 0)
      }
      let attention = Naive.softmax(scores)
      a += attention
      o += (0..<width).map { d in
        (0..<tokens).reduce(0) { $0 + attention[$1] * value(operands.values, $1, d) }
      }
    }
    return (a, o)
  }

  private func check(
    _ kernels: any Kernels, _ operands: AttentionOperands, within tolerance: Double, _ what: String
  ) {
    let (outputs, attention) = kernels.attend(operands, keepsAttention: true)
    let alone = kernels.attend(operands, keepsAttention: false)
    #expect(alone.attention == nil)
    #expect(alone.outputs.elements == outputs.elements)
    let layout = operands.outputs
    for outer in 0..<layout.outer.count {
      for inner in 0..<layout.inner.count {
        let expected = expected(operands, outer: outer, inner: inner)
        expectEqual(
          attention?[outer][inner].elements ?? [], expected.a, within: { _ in tolerance }, "in A, \(what)")
        let start = layout.start(outer: outer, inner: inner)
        let values = outputs.elements
        let own = (0..<layout.rows).flatMap { row in
          (0..<layout.columns).map { values[start + row * layout.rowStride + $0] }
        }
        expectEqual(own, expected.o, within: { _ in 2 * tolerance }, "in O, \(what)")
      }
    }
  }

  @Test(arguments: KernelsUnderTest.all) func formula(_ test: KernelsUnderTest) {
    var random = TestRandom()
    for item in Self.cases {
      check(test.kernels, item.operands(&random), within: test.attentionTolerance, "\(item)")
    }
  }

  /// Q, K, A and V are rounded to 8 bits: scores below 4·√d·0.3·2⁻⁸ and outputs of 2 follow.
  @Test("in bfloat16", .enabled(if: PortableKernels(precision: .bfloat16) != nil)) func bfloat16() throws {
    let kernels = try #require(PortableKernels(precision: .bfloat16, threads: 3))
    var random = TestRandom()
    for item in Self.cases { check(kernels, item.operands(&random), within: 0.03, "\(item)") }
  }

  @Test("a bias of fewer matrices than there are images is repeated", arguments: KernelsUnderTest.all)
  func repeatedBias(_ test: KernelsUnderTest) {
    var random = TestRandom()
    var operands = Case(images: 6, heads: 2, tokens: 17, width: 8).operands(&random)
    let bias = random.tensor([3, 2, 17, 17])
    func layout(_ images: Int) -> MatrixLayout {
      MatrixLayout(
        rows: 17, columns: 17, outer: .init(count: images, stride: 2 * 17 * 17),
        inner: .init(count: 2, stride: 17 * 17))
    }
    operands.bias = MatrixOperand(bias, layout(3))
    let own = test.kernels.attend(operands, keepsAttention: true)
    operands.bias = MatrixOperand(Tensor([6, 2, 17, 17], bias.elements + bias.elements), layout(6))
    let expected = test.kernels.attend(operands, keepsAttention: true)
    #expect(own.outputs.elements == expected.outputs.elements)
    #expect(own.attention?.elements == expected.attention?.elements)
    // The second three images have the same biases as the first, and others they don't have.
    operands.bias = MatrixOperand(bias, layout(1))
    #expect(test.kernels.attend(operands, keepsAttention: false).outputs.elements != own.outputs.elements)
  }

  @Test("the bits don't depend on batch and threads", arguments: InstructionSet.available)
  func bits(_ set: InstructionSet) {
    var random = TestRandom()
    let operands = Case(images: 3, heads: 3, tokens: 70, width: 20).operands(&random)
    var one = operands
    for part in [\AttentionOperands.queries, \.keys, \.values] {
      one[keyPath: part].layout.offset += one[keyPath: part].layout.outer.stride
      one[keyPath: part].layout.outer.count = 1
    }
    let all = PortableKernels(instructionSet: set, threads: 1).attend(operands, keepsAttention: false).outputs
    let own = PortableKernels(instructionSet: set, threads: 4).attend(one, keepsAttention: false).outputs
    #expect(all[1..<2].elements == own.elements)
  }
}
