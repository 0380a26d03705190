#if XAI_ONEDNN
import COneDNN
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Kernels on oneDNN, in its 2.x or 3.x form.
///
/// Products, with their bias, GELU and residual, and layer norms run on oneDNN; what the vector kernels of the portable
/// implementation do as fast or faster runs there.
public struct OneDNNKernels: Kernels {
  let engine: OneDNNEngine
  let portable: PortableKernels
  private let threads: Int

  /// Makes kernels on the processor; traps where oneDNN has no engine for it.
  ///
  /// - Parameter threads: threads for each operation; as many as there are processors where it is nil.
  public init(threads: Int? = nil) {
    let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    self.threads = threads
    self.engine = OneDNNEngine(threads: threads)
    self.portable = PortableKernels(workers: OpenMPTeam(threads: threads) ?? ThreadPool(threads: threads))
  }

  /// The library, its version and the threads.
  public var name: String {
    let version = dnnl_version().map { " \($0.pointee.major).\($0.pointee.minor).\($0.pointee.patch)" } ?? ""
    return "oneDNN\(version) (\(threads) thread\(threads == 1 ? "" : "s"))"
  }
}

// MARK: - Products

extension OneDNNKernels {
  /// Multiplies matrices with oneDNN's matmul primitive.
  public func multiply(
    _ a: MatrixOperand, _ b: MatrixOperand, into buffer: inout TensorBuffer, _ layout: MatrixLayout,
    _ epilogue: Epilogue
  ) {
    let (la, lb) = (a.layout, b.layout)
    checkProduct(la, lb, layout, count: buffer.shape.count, epilogue)
    guard layout.rows > 0, layout.columns > 0, layout.outer.count > 0, layout.inner.count > 0 else { return }
    // oneDNN has no product over an empty dimension, and adds the bias before it scales.
    guard la.columns > 0, epilogue.scale == 1 || epilogue.bias == nil else {
      return portable.multiply(a, b, into: &buffer, layout, epilogue)
    }

    let key = OneDNNEngine.Key.product(
      a: la.withoutOffset, b: lb.withoutOffset, c: layout.withoutOffset,
      residual: epilogue.residual?.layout.withoutOffset, bias: epilogue.bias != nil, scale: epilogue.scale,
      gelu: epilogue.activation == .gelu, accumulates: epilogue.accumulates)
    var pointers = [pointer(a.tensor, la.offset), pointer(b.tensor, lb.offset)]
    if let bias = epilogue.bias { pointers.append(pointer(bias)) }
    if let residual = epilogue.residual { pointers.append(pointer(residual.tensor, residual.layout.offset)) }
    pointers.append(UnsafeMutableRawPointer(buffer.storage.elements + layout.offset))

    engine.run(key, on: pointers) { engine in
      let rank = [la, lb, layout].contains { $0.outer.count > 1 || $0.inner.count > 1 } ? 4 : 2
      var biasLayout = MatrixLayout(rows: 1, columns: layout.columns).oneDNN(rank: rank)
      var residualLayout = epilogue.residual?.layout.oneDNN(rank: rank) ?? biasLayout
      return withUnsafePointer(to: &biasLayout) { bias in
        withUnsafePointer(to: &residualLayout) { residual in
          xai_dnn_matmul(
            engine, la.oneDNN(rank: rank), lb.oneDNN(rank: rank), epilogue.bias == nil ? nil : bias,
            epilogue.residual == nil ? nil : residual, layout.oneDNN(rank: rank), epilogue.scale,
            epilogue.activation == .gelu, epilogue.accumulates)
        }
      }
    }
  }
}

extension MatrixLayout {
  /// The layout as far as a primitive depends on it.
  fileprivate var withoutOffset: MatrixLayout {
    var layout = self
    layout.offset = 0
    return layout
  }

  /// The layout as oneDNN takes it; a batch that repeats one matrix has extent 1, which oneDNN broadcasts.
  fileprivate func oneDNN(rank: Int) -> XAIDNNLayout {
    guard rank == 4 else {
      return XAIDNNLayout(
        rank: 2, extents: (Int64(rows), Int64(columns), 0, 0),
        strides: (Int64(rowStride), Int64(columnStride), 0, 0))
    }
    let extents = [outer.stride == 0 ? 1 : outer.count, inner.stride == 0 ? 1 : inner.count]
    let innerStride = extents[1] == 1 ? rows * columns : inner.stride
    let outerStride = extents[0] == 1 ? max(innerStride * extents[1], rows * columns) : outer.stride
    return XAIDNNLayout(
      rank: 4, extents: (Int64(extents[0]), Int64(extents[1]), Int64(rows), Int64(columns)),
      strides: (Int64(outerStride), Int64(innerStride), Int64(rowStride), Int64(columnStride)))
  }
}

/// The address of a tensor's element, as oneDNN takes it; it writes through none of the inputs.
func pointer(_ tensor: Tensor, _ offset: Int = 0) -> UnsafeMutableRawPointer? {
  UnsafeMutableRawPointer(tensor.storage.elements + tensor.offset + offset)
}
#endif
