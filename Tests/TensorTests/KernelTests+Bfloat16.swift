import Testing

@testable import XAITensor

/// Products in bfloat16, where the processor has them.
struct Bfloat16Tests {
  private static let isAvailable = PortableKernels(precision: .bfloat16) != nil
  private static let hasTiles = PortableKernels(precision: .bfloat16x3) != nil

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
    "factors are rounded, sums are not", .enabled(if: isAvailable),
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
    "a row has the same bits in any batch and on any number of threads", .enabled(if: isAvailable),
    arguments: [KernelSelection.Precision.bfloat16, .bfloat16x3].filter {
      PortableKernels(precision: $0) != nil
    },
    [192, 1500])
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
    .enabled(if: isAvailable))
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

  /// Gradients of a linear layer's rows: gradient·W.
  @Test(
    "products with gradients are rounded where that was asked for", .enabled(if: isAvailable),
    arguments: [(1, 5, 7), (33, 70, 65), (197, 192, 96)])
  func gradients(_ rows: Int, _ outputs: Int, _ inputs: Int) throws {
    var random = TestRandom()
    let (gradient, weight) = (random.tensor([rows, outputs]), random.tensor([outputs, inputs]))
    func backward(_ kernels: any Kernels) -> Tensor {
      var buffer = TensorBuffer([rows, inputs])
      kernels.multiply(
        MatrixOperand(rowsOfGradient: gradient), MatrixOperand(backwardOf: weight), into: &buffer,
        MatrixLayout(rows: rows, columns: inputs), .plain)
      return buffer.freeze()
    }
    let expected = Naive.multiply(
      MatrixOperand(rowsOf: rounded(gradient)), MatrixOperand(rowsOf: rounded(weight)),
      into: Array(repeating: 0, count: rows * inputs), MatrixLayout(rows: rows, columns: inputs), .plain)
    let kernels = try #require(PortableKernels(precision: .bfloat16Backward, threads: 3))
    expectEqual(
      backward(kernels).elements, expected.values,
      within: { 16 * 0x1p-24 * max(expected.magnitudes[$0], 1e-30) })
    let forward = try #require(PortableKernels(precision: .bfloat16, threads: 3))
    #expect(backward(forward).elements == backward(PortableKernels(threads: 3)).elements)
  }

  /// What the backward pass of attention multiplies: heads beside each other in a row, either factor by row or by column.
  @Test(
    "products of gradients and what is no parameter", .enabled(if: isAvailable),
    arguments: [(5, 8, 1), (50, 32, 3), (197, 64, 3), (70, 33, 8)], [false, true])
  func batches(_ size: (tokens: Int, width: Int, heads: Int), isTransposed: Bool) throws {
    let (tokens, width, heads) = size
    var random = TestRandom()
    let square = random.tensor([2, heads, tokens, tokens])
    let rows = random.tensor([2, tokens, heads, width])
    let squares = MatrixLayout(
      rows: tokens, columns: tokens, outer: .init(count: 2, stride: heads * tokens * tokens),
      inner: .init(count: heads, stride: tokens * tokens))
    let parts = MatrixLayout(
      rows: tokens, columns: width, rowStride: heads * width,
      outer: .init(count: 2, stride: tokens * heads * width),
      inner: .init(count: heads, stride: width))
    func multiply(_ square: Tensor, _ rows: Tensor, on kernels: (any Kernels)?) -> (
      product: Tensor, naive: [Double], sizes: [Double]
    ) {
      var left = MatrixOperand(square, squares)
      left.isGradient = true
      if isTransposed { left = left.transposed }
      let right = MatrixOperand(rows, parts)
      var buffer = TensorBuffer(rows.shape)
      let epilogue = Epilogue(scale: 0.25)
      kernels?.multiply(left, right, into: &buffer, parts, epilogue)
      let expected = Naive.multiply(
        left, right, into: Array(repeating: 0, count: rows.count), parts, epilogue)
      return (buffer.freeze(), expected.values, expected.magnitudes)
    }
    let kernels = try #require(PortableKernels(precision: .bfloat16Backward, threads: 3))
    let expected = multiply(rounded(square), rounded(rows), on: nil)
    expectEqual(
      multiply(square, rows, on: kernels).product.elements, expected.naive,
      within: { 16 * 0x1p-24 * max(expected.sizes[$0], 1e-30) })
    // The other product of the backward pass: dA = dO·Vᵀ.
    var gradient = MatrixOperand(rows, parts)
    gradient.isGradient = true
    let other = random.tensor([2, tokens, heads, width])
    var buffer = TensorBuffer(square.shape)
    kernels.multiply(gradient, MatrixOperand(other, parts).transposed, into: &buffer, squares, .plain)
    let scores = Naive.multiply(
      MatrixOperand(rounded(rows), parts), MatrixOperand(rounded(other), parts).transposed,
      into: Array(repeating: 0, count: square.count), squares, .plain)
    expectEqual(
      buffer.freeze().elements, scores.values, within: { 16 * 0x1p-24 * max(scores.magnitudes[$0], 1e-30) })
  }

  @Test("what is not there is refused by name")
  func refusals() throws {
    #expect(TensorError.unsupportedPrecision(.bfloat16).description.contains("avx512_bf16 or amx_bf16"))
    #expect(TensorError.unsupportedPrecision(.bfloat16x3).description.contains("bfloat16x3 needs"))
    if KernelSelection.availableKernels.contains("onednn") {
      #expect(throws: TensorError.noBfloat16Kernels("onednn")) {
        try KernelSelection.makeKernels(named: "onednn", precision: .bfloat16)
      }
    }
    for precision in [KernelSelection.Precision.bfloat16, .bfloat16Backward, .bfloat16x3] {
      if precision == .bfloat16x3 ? Self.hasTiles : Self.isAvailable {
        let kernels = try KernelSelection.makeKernels(threads: 2, precision: precision)
        let unit = Self.hasTiles ? "amx_bf16" : "avx512_bf16"
        #expect(kernels.name == "portable \(precision.rawValue) (\(unit), 2 threads)")
      } else {
        #expect(throws: TensorError.unsupportedPrecision(precision)) {
          try KernelSelection.makeKernels(precision: precision)
        }
      }
    }
  }
}
