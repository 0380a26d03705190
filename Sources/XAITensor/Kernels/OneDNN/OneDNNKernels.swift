#if XAI_ONEDNN
import COneDNN
/// Kernels whose large products run on oneDNN, in its 2.x or 3.x form.
///
/// oneDNN multiplies dense matrices with their bias, GELU and residual. It stays on the calling thread, and rows are
/// shared out on the threads of the portable kernels: OpenMP's threads spin at every barrier, and a layer of twenty
/// short operations crawls as soon as anything else wants a core. What the vector kernels do as fast or faster (the
/// products of attention, softmax, layer norm, GELU and all gradients of these) runs there.
public struct OneDNNKernels: VectorRowKernels {
  let engine = OneDNNEngine()
  let portable: PortableKernels
  /// The vector instructions and threads of everything but large products.
  ///
  /// Measured on an AVX-512 processor, 2 threads, ViT-B: the vector kernels' softmax is 1.7 × and their GELU gradient
  /// 2.8 × as fast as oneDNN 2.6's, the others are equal; their softmax keeps NaN, and their GELU is closer to the error
  /// function. oneDNN 2.x has no gradient of a layer norm's input alone.
  public var unit: VectorUnit { portable.unit }

  /// Makes kernels on the processor; traps where oneDNN has no engine for it.
  ///
  /// - Parameter threads: threads for each operation; as many as there are processors where it is nil.
  public init(threads: Int? = nil) {
    self.portable = PortableKernels(threads: threads)
  }

  /// The library, its version and the threads.
  public var name: String {
    let version = dnnl_version().map { " \($0.pointee.major).\($0.pointee.minor).\($0.pointee.patch)" } ?? ""
    let threads = portable.pool.threads
    return "oneDNN\(version) (\(threads) thread\(threads == 1 ? "" : "s"))"
  }
}

// MARK: - Products

extension OneDNNKernels {
  /// Multiplies matrices, dense ones with oneDNN's matmul primitive.
  public func multiply(
    _ a: MatrixOperand, _ b: MatrixOperand, into buffer: inout TensorBuffer, _ layout: MatrixLayout,
    _ epilogue: Epilogue
  ) {
    checkProduct(a.layout, b.layout, layout, count: buffer.shape.count, epilogue)
    // oneDNN 2.6 has fast code only where rows lie densely in the destination, none for an empty dimension, and adds
    // the bias before it scales. Small products aren't worth the compilation of a primitive.
    let isSingle = layout.outer.count == 1 && layout.inner.count == 1
    let isLarge = layout.rows * layout.columns * a.layout.columns >= 1 << 18
    guard isSingle, isLarge, layout.rowStride == layout.columns, epilogue.scale == 1 || epilogue.bias == nil
    else {
      return portable.multiply(a, b, into: &buffer, layout, epilogue)
    }
    let start = buffer.storage.elements + layout.offset
    let chunkCount = min(portable.pool.threads, max(1, layout.rows / fewestRows))
    portable.pool.run(count: chunkCount) { chunk in
      let rows = layout.rows * chunk / chunkCount..<layout.rows * (chunk + 1) / chunkCount
      multiply(a, b, rows: rows, into: start, layout, epilogue)
    }
  }

  /// Multiplies some rows on the calling thread.
  private func multiply(
    _ a: MatrixOperand, _ b: MatrixOperand, rows: Range<Int>, into c: UnsafeMutablePointer<Float>,
    _ layout: MatrixLayout, _ epilogue: Epilogue
  ) {
    let (la, lc) = (a.layout.taking(rows), layout.taking(rows))
    let lr = epilogue.residual?.layout.taking(rows)
    var pointers = [
      pointer(a.tensor, la.offset), pointer(b.tensor, b.layout.offset),
      UnsafeMutableRawPointer(c + rows.lowerBound * layout.rowStride),
    ]
    if let bias = epilogue.bias { pointers.append(pointer(bias)) }
    if let residual = epilogue.residual, let lr { pointers.append(pointer(residual.tensor, lr.offset)) }

    let key = OneDNNEngine.Key(
      a: la.withoutOffset, b: b.layout.withoutOffset, c: lc.withoutOffset, residual: lr?.withoutOffset,
      hasBias: epilogue.bias != nil, scale: epilogue.scale, gelu: epilogue.activation == .gelu,
      accumulates: epilogue.accumulates)
    engine.run(key, on: pointers) { engine in
      var bias = MatrixLayout(rows: 1, columns: layout.columns).oneDNN
      var residual = lr?.oneDNN ?? bias
      return withUnsafePointer(to: &bias) { bias in
        withUnsafePointer(to: &residual) { residual in
          xai_dnn_matmul(
            engine, la.oneDNN, b.layout.oneDNN, lc.oneDNN, key.hasBias ? bias : nil,
            lr == nil ? nil : residual,
            key.scale, key.gelu, key.accumulates)
        }
      }
    }
  }
}

/// Fewer rows than this aren't worth a thread of their own.
private let fewestRows = 16

extension MatrixLayout {
  /// Some rows of a single matrix.
  fileprivate func taking(_ range: Range<Int>) -> MatrixLayout {
    var layout = self
    layout.offset += range.lowerBound * rowStride
    layout.rows = range.count
    return layout
  }

  /// The layout as far as a primitive depends on it.
  fileprivate var withoutOffset: MatrixLayout {
    var layout = self
    layout.offset = 0
    return layout
  }

  /// A single matrix as oneDNN takes it.
  fileprivate var oneDNN: XAIDNNLayout {
    XAIDNNLayout(
      extents: (Int64(rows), Int64(columns)), strides: (Int64(rowStride), Int64(columnStride)))
  }
}

/// The address of a tensor's element, as oneDNN takes it; it writes through none of the inputs.
private func pointer(_ tensor: Tensor, _ offset: Int = 0) -> UnsafeMutableRawPointer? {
  UnsafeMutableRawPointer(tensor.storage.elements + tensor.offset + offset)
}
#endif
