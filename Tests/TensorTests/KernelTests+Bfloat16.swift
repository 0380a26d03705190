import Testing

@testable import XAITensor

/// Products with parameters in bfloat16, where the processor has them.
struct Bfloat16Tests {
  private static let hasTiles = PortableKernels(precision: .bfloat16) != nil

  /// What rounding to bfloat16 leaves: 8 bits, ties to even.
  private func rounded(_ x: Tensor) -> Tensor {
    Tensor(
      x.shape,
      x.elements.map { value in
        let bits = value.bitPattern
        return Float(bitPattern: (bits &+ 0x7fff &+ ((bits >> 16) & 1)) & 0xffff_0000)
      })
  }

  private func multiply(
    _ kernels: any Kernels, _ a: Tensor, _ weight: Tensor, _ epilogue: Epilogue
  ) -> Tensor {
    var buffer = TensorBuffer([a.shape[0], weight.shape[0]])
    kernels.multiply(
      MatrixOperand(rowsOf: a), MatrixOperand(forwardOf: weight), into: &buffer,
      MatrixLayout(rows: a.shape[0], columns: weight.shape[0]), epilogue)
    return buffer.freeze()
  }

  /// The formula on rounded factors: sums are float32, within the float32 kernels' tolerance.
  @Test(
    "factors are rounded, sums are not", .enabled(if: hasTiles),
    arguments: [
      (1, 1, 1), (16, 32, 32), (17, 33, 31), (33, 70, 65), (197, 96, 192), (300, 40, 1030), (700, 33, 800),
    ])
  func formula(_ rows: Int, _ columns: Int, _ depth: Int) throws {
    let kernels = try #require(PortableKernels(precision: .bfloat16, threads: 3))
    var random = TestRandom()
    let (a, weight) = (random.tensor([rows, depth]), random.tensor([columns, depth]))
    let (bias, residual) = (random.tensor([columns]), MatrixOperand(rowsOf: random.tensor([rows, columns])))
    for epilogue in [
      Epilogue(bias: bias), Epilogue(bias: bias, activation: .gelu), Epilogue(scale: 0.5, residual: residual),
    ] {
      let expected = Naive.multiply(
        MatrixOperand(rowsOf: rounded(a)), MatrixOperand(forwardOf: rounded(weight)),
        into: Array(repeating: 0, count: rows * columns), MatrixLayout(rows: rows, columns: columns), epilogue
      )
      expectEqual(
        multiply(kernels, a, weight, epilogue).elements, expected.values,
        within: {
          16 * 0x1p-24 * max(expected.magnitudes[$0], 1e-30)
        },
        "in \(rows)×\(depth)×\(columns)")
    }
  }

  @Test(
    "a row has the same bits in any batch and on any number of threads", .enabled(if: hasTiles),
    arguments: [KernelSelection.Precision.bfloat16, .bfloat16x3], [192, 1500])
  func rows(_ precision: KernelSelection.Precision, _ depth: Int) throws {
    var random = TestRandom()
    let (a, weight) = (random.tensor([394, depth]), random.tensor([80, depth]))
    let all = multiply(try #require(PortableKernels(precision: precision, threads: 1)), a, weight, .plain)
    for rows in [197..<394, 0..<1, 20..<60] {
      let some = multiply(
        try #require(PortableKernels(precision: precision, threads: 3)), a[rows], weight, .plain)
      #expect(all[rows].elements == some.elements, "\(rows)")
    }
  }

  /// The formula of `bfloat16x3` itself, nearer than all that it leaves out: h·h′ + h·l′ + l·h′.
  @Test("split factors are multiplied in three parts", .enabled(if: hasTiles))
  func split() throws {
    let kernels = try #require(PortableKernels(precision: .bfloat16x3, threads: 2))
    var random = TestRandom()
    let (a, weight) = (random.tensor([37, 96]), random.tensor([50, 96]))
    func halves(_ x: Tensor) -> (high: Tensor, low: Tensor) {
      let high = rounded(x)
      return (high, rounded(Tensor(x.shape, zip(x.elements, high.elements).map { $0 - $1 })))
    }
    let (left, right) = (halves(a), halves(weight))
    func product(_ a: Tensor, _ weight: Tensor) -> (values: [Double], magnitudes: [Double]) {
      Naive.multiply(
        MatrixOperand(rowsOf: a), MatrixOperand(forwardOf: weight), into: Array(repeating: 0, count: 37 * 50),
        MatrixLayout(rows: 37, columns: 50), .plain)
    }
    let parts = [
      product(left.high, right.high), product(left.high, right.low), product(left.low, right.high),
    ]
    let expected = (0..<37 * 50).map { index in parts.reduce(0) { $0 + $1.values[index] } }
    expectEqual(
      multiply(kernels, a, weight, .plain).elements, expected,
      within: { 8 * 0x1p-24 * parts[0].magnitudes[$0] })
    // What is not split would be as far from the formula as bfloat16 is.
    expectEqual(
      multiply(kernels, a, weight, .plain).elements, product(a, weight).values,
      within: { 0x1p-16 * parts[0].magnitudes[$0] })
  }

  @Test("what is not finite spoils its row and nothing else", .enabled(if: hasTiles))
  func nonFinite() throws {
    let kernels = try #require(PortableKernels(precision: .bfloat16x3, threads: 2))
    var random = TestRandom()
    var elements = random.tensor([20, 70]).elements
    elements[3 * 70 + 40] = .nan
    // h is infinite, and l = x − h is not a number.
    elements[17 * 70 + 2] = .infinity
    let weight = random.tensor([33, 70])
    let result = multiply(kernels, Tensor([20, 70], elements), weight, .plain)
    for row in 0..<20 {
      #expect(result[row].elements.allSatisfy { $0.isNaN == [3, 17].contains(row) }, "row \(row)")
    }
  }

  @Test(
    "other parameters at the same place are not mixed up, and other products stay float32",
    .enabled(if: hasTiles))
  func parameters() throws {
    let kernels = try #require(PortableKernels(precision: .bfloat16))
    let float32 = PortableKernels()
    var random = TestRandom()
    let a = random.tensor([5, 64])
    for _ in 0..<20 {
      let weight = random.tensor([32, 64])
      let expected = multiply(float32, rounded(a), rounded(weight), .plain)
      expectEqual(multiply(kernels, a, weight, .plain), expected.elements.map(Double.init), within: 1e-5)
      var buffer = TensorBuffer([5, 32])
      kernels.multiply(
        MatrixOperand(rowsOf: a), MatrixOperand(rowsOf: weight).transposed, into: &buffer,
        MatrixLayout(rows: 5, columns: 32), .plain)
      #expect(buffer.freeze().elements == multiply(float32, a, weight, .plain).elements)
    }
  }

  @Test("what is not there is refused by name")
  func refusals() throws {
    #expect(TensorError.noBfloat16Processor.description.contains("amx_bf16"))
    if KernelSelection.availableKernels.contains("onednn") {
      #expect(throws: TensorError.noBfloat16Kernels("onednn")) {
        try KernelSelection.makeKernels(named: "onednn", precision: .bfloat16)
      }
    }
    if Self.hasTiles {
      let kernels = try KernelSelection.makeKernels(threads: 2, precision: .bfloat16)
      #expect(kernels.name == "portable bfloat16 (avx512, 2 threads)")
    } else {
      #expect(throws: TensorError.noBfloat16Processor) {
        try KernelSelection.makeKernels(precision: .bfloat16)
      }
    }
  }
}
