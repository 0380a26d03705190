#if XAI_ONEDNN
import COneDNN
import Synchronization
import XAIFoundation

/// oneDNN's engine and its primitives, each made once for its shapes and kept as long as the engine.
final class OneDNNEngine: Sendable {
  /// What a primitive was made for; offsets are left out, because data pointers are given at each execution.
  struct Key: Hashable {
    var a: MatrixLayout
    var b: MatrixLayout
    var c: MatrixLayout
    var residual: MatrixLayout?
    var hasBias: Bool
    var scale: Float
    var gelu: Bool
    var accumulates: Bool
  }

  /// oneDNN's handles are plain pointers that say nothing of threads: engines and primitives may be shared by them.
  private struct Operation: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<XAIDNNOperation>
  }

  private let operations = Guarded<[Key: Operation]>([:])
  private nonisolated(unsafe) let engine: dnnl_engine_t

  init() {
    var engine: dnnl_engine_t?
    guard dnnl_engine_create(&engine, dnnl_cpu, 0) == dnnl_success, let engine else {
      fatalError("oneDNN has no engine for this processor; choose the portable kernels")
    }
    self.engine = engine
  }

  deinit {
    operations.withLock { $0.values.forEach { xai_dnn_destroy($0.pointer) } }
    dnnl_engine_destroy(engine)
  }

  /// Runs the operation of `key` on the calling thread, on one pointer for each of the shim's slots.
  func run(
    _ key: Key, on pointers: [UnsafeMutableRawPointer?],
    making make: (dnnl_engine_t) -> UnsafeMutablePointer<XAIDNNOperation>?
  ) {
    let threads = xai_dnn_stay_on_this_thread()
    defer { xai_dnn_restore_threads(threads) }
    let operation = operations.withLock { operations in
      if let known = operations[key] { return known }
      guard let made = make(engine) else { fatalError("oneDNN has no primitive for \(key)") }
      operations[key] = Operation(pointer: made)
      return Operation(pointer: made)
    }
    let scratch = TensorStorage(
      count: operation.pointer.pointee.scratchBytes / MemoryLayout<Float>.stride + 1)
    let status = pointers.withUnsafeBufferPointer {
      xai_dnn_execute(operation.pointer, engine, $0.baseAddress, scratch.elements)
    }
    require(status == dnnl_success, "oneDNN failed with status \(status.rawValue) in \(key)")
  }
}
#endif
