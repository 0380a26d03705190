import CVectorKernels
import XAIFoundation

/// Kernels that need no library: blocked, packed and threaded, for the best vector instructions the processor has.
public struct PortableKernels: VectorRowKernels {
  /// The vector instructions in use.
  public let instructionSet: InstructionSet
  /// The vector instructions and threads.
  public let unit: VectorUnit
  /// What the factors of products keep.
  public let precision: KernelSelection.Precision
  let factors: ProductFactors
  /// Parameters in bfloat16; empty where products are in another precision.
  private let parameters = PackedParameters()

  /// Makes float32 kernels for the fastest instruction set of this processor.
  ///
  /// - Parameter threads: threads for each operation; as many as there are processors where it is nil.
  public init(threads: Int? = nil) {
    self.init(instructionSet: InstructionSet.available.last ?? .baseline, threads: threads)
  }

  /// Makes float32 kernels for an instruction set; traps when it is not `available`.
  public init(instructionSet: InstructionSet, threads: Int? = nil) {
    self.init(instructionSet: instructionSet, threads: threads, precision: .float32, factors: .float32)
  }

  /// Makes kernels of a precision; nil where the processor lacks it.
  public init?(precision: KernelSelection.Precision, threads: Int? = nil) {
    guard precision != .float32 else {
      self.init(threads: threads)
      return
    }
    guard let factors = ProductFactors(precision) else { return nil }
    self.init(instructionSet: .avx512, threads: threads, precision: precision, factors: factors)
  }

  private init(
    instructionSet: InstructionSet, threads: Int?, precision: KernelSelection.Precision,
    factors: ProductFactors
  ) {
    guard let vector = instructionSet.vectorKernels else {
      fatalError(
        "this processor has no \(instructionSet); it has \(InstructionSet.available.map(\.rawValue))")
    }
    self.instructionSet = instructionSet
    self.unit = VectorUnit(
      vector: vector, pool: ThreadPool(threads: threads ?? MachineLimits.processorCount))
    self.precision = precision
    self.factors = factors
  }

  /// The precision where it is not float32, what multiplies, and the threads.
  public var name: String {
    let unit =
      switch factors {
      case .float32: instructionSet.rawValue
      case .bfloat16(let unit): unit.rawValue
      case .bfloat16x3: Bfloat16Unit.tiles.rawValue
      }
    return "portable\(precision == .float32 ? "" : " \(precision.rawValue)") "
      + "(\(unit), \(pool.threads) thread\(pool.threads == 1 ? "" : "s"))"
  }

  /// Whether a product is rounded to bfloat16: by parameters in forward passes; with gradients where that was asked for.
  private func rounds(_ a: MatrixOperand, _ b: MatrixOperand) -> Bool {
    a.isGradient || b.isGradient ? precision == .bfloat16Backward : b.isParameter
  }
}

extension PortableKernels {
  /// Multiplies matrices, block by block.
  public func multiply(
    _ a: MatrixOperand, _ b: MatrixOperand, into buffer: inout TensorBuffer, _ layout: MatrixLayout,
    _ epilogue: Epilogue
  ) {
    checkProduct(a.layout, b.layout, layout, count: buffer.shape.count, epilogue)
    switch factors {
    case .bfloat16(let unit) where rounds(a, b) && Bfloat16Product.takes(a, b, epilogue):
      let columns = parameters.columns(of: b, on: pool)
      return buffer.withElements { elements in
        guard let c = elements.baseAddress else { return }
        let product = Bfloat16Product(a, columns, into: c, layout, epilogue, on: unit, threads: pool.threads)
        pool.run(count: product.blocks) { product.compute(block: $0) }
      }
    case .bfloat16(let unit) where rounds(a, b) && Bfloat16BatchProduct.takes(b, epilogue):
      return buffer.withElements { elements in
        guard let c = elements.baseAddress else { return }
        let product = Bfloat16BatchProduct(a, b, into: c, layout, epilogue, on: unit, threads: pool.threads)
        pool.run(count: product.blocks) { product.compute(block: $0) }
      }
    case .bfloat16x3 where SplitProduct.takes(a, b, epilogue):
      return buffer.withElements { elements in
        guard let c = elements.baseAddress else { return }
        SplitProduct(a, b, into: c, layout, epilogue, threads: pool.threads).run(on: pool)
      }
    default: break
    }
    let plan = ProductPlan(
      layout, depth: a.layout.columns, tileRows: vector.functions.tile_rows,
      tileColumns: vector.functions.tile_columns, threads: pool.threads)
    var epilogue = epilogue
    epilogue.residual = epilogue.residual?.withUnitColumnStride()
    buffer.withElements { elements in
      guard let c = elements.baseAddress else { return }
      let product = BlockedProduct(
        plan: plan, functions: vector.functions, a: a, b: b, c: c, layout: layout, epilogue: epilogue)
      pool.run(count: plan.blocks) { product.compute(block: $0) }
    }
  }
}

extension MatrixOperand {
  /// The same matrices, copied where their columns are not of stride 1.
  fileprivate func withUnitColumnStride() -> MatrixOperand {
    guard layout.columnStride != 1 else { return self }
    let (rows, columns) = (layout.rows, layout.columns)
    let dense = MatrixLayout(
      rows: rows, columns: columns,
      outer: .init(count: layout.outer.count, stride: layout.inner.count * rows * columns),
      inner: .init(count: layout.inner.count, stride: rows * columns))
    let copy = Tensor([layout.outer.count, layout.inner.count, rows, columns]) { destination in
      for outer in 0..<layout.outer.count {
        for inner in 0..<layout.inner.count {
          let source = elements(outer: outer, inner: inner)
          let start = destination + dense.start(outer: outer, inner: inner)
          for row in 0..<rows {
            for column in 0..<columns {
              start[row * columns + column] = source[row * layout.rowStride + column * layout.columnStride]
            }
          }
        }
      }
    }
    return MatrixOperand(copy, dense)
  }
}
