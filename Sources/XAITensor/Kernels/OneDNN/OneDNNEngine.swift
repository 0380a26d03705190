#if XAI_ONEDNN
import COneDNN
import Synchronization

/// oneDNN's engine and stream, and its primitives, each made once for its shapes.
///
/// Operations run one at a time, each on all threads: memory objects, scratch memory and OpenMP's threads are shared.
final class OneDNNEngine: Sendable {
  /// What a primitive was made for; offsets are left out, because data pointers are set at each execution.
  enum Key: Hashable {
    case product(
      a: MatrixLayout, b: MatrixLayout, c: MatrixLayout, residual: MatrixLayout?, bias: Bool, scale: Float,
      gelu: Bool, accumulates: Bool)
    case layerNorm(rows: Int, columns: Int, epsilon: Float)
  }

  /// Guarded by `state`'s lock: oneDNN's handles are plain pointers that say nothing of threads.
  private struct State: @unchecked Sendable {
    var engine: dnnl_engine_t
    var stream: dnnl_stream_t
    var operations: [Key: UnsafeMutablePointer<XAIDNNOperation>] = [:]
    var scratch: UnsafeMutableRawPointer?
    var scratchBytes = 0
  }

  private let state: Mutex<State>
  private let threads: Int

  init(threads: Int) {
    self.threads = threads
    var engine: dnnl_engine_t?
    var stream: dnnl_stream_t?
    guard dnnl_engine_create(&engine, dnnl_cpu, 0) == dnnl_success, let engine,
      dnnl_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue) == dnnl_success, let stream
    else { preconditionFailure("oneDNN has no engine for this processor; choose the portable kernels") }
    self.state = Mutex(State(engine: engine, stream: stream))
  }

  deinit {
    state.withLock { state in
      state.operations.values.forEach { xai_dnn_destroy($0) }
      state.scratch?.deallocate()
      dnnl_stream_destroy(state.stream)
      dnnl_engine_destroy(state.engine)
    }
  }

  /// Runs the operation of `key` on `pointers`, one for each slot, in the order of the shim's slots.
  func run(
    _ key: Key, on pointers: [UnsafeMutableRawPointer?],
    making make: (dnnl_engine_t) -> UnsafeMutablePointer<XAIDNNOperation>?
  ) {
    state.withLock { state in
      // OpenMP keeps this for each calling thread, and oneDNN plans a primitive for it.
      xai_dnn_use_threads(Int32(clamping: threads))
      let operation: UnsafeMutablePointer<XAIDNNOperation>
      if let known = state.operations[key] {
        operation = known
      } else {
        guard let made = make(state.engine) else { preconditionFailure("oneDNN has no primitive for \(key)") }
        state.operations[key] = made
        operation = made
      }
      if operation.pointee.scratchBytes > state.scratchBytes {
        state.scratch?.deallocate()
        state.scratchBytes = operation.pointee.scratchBytes
        state.scratch = .allocate(byteCount: state.scratchBytes, alignment: 64)
      }
      let status = pointers.withUnsafeBufferPointer {
        xai_dnn_execute(operation, state.stream, $0.baseAddress, state.scratch)
      }
      precondition(status == dnnl_success, "oneDNN failed with status \(status.rawValue) in \(key)")
    }
  }
}
#endif
