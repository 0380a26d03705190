/// Kernels whose operations on rows and elements run on the vector instructions, and on threads of our own.
///
/// They are the same for all that multiply matrices in their own way.
public protocol VectorRowKernels: Kernels {
  /// What runs them.
  var unit: VectorUnit { get }
}

/// Vector instructions, and the threads that work is shared out among.
public struct VectorUnit: Sendable {
  let vector: VectorKernels
  let pool: ThreadPool
}

extension VectorRowKernels {
  var vector: VectorKernels { unit.vector }
  var pool: ThreadPool { unit.pool }
}
