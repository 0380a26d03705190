import CVectorKernels
import Synchronization
import XAIFoundation

/// Matrices of parameters rounded to bfloat16 and packed in tiles, each once, for as long as its tensor lives.
///
/// They take half the memory of the float32 parameters, beside these, and the same again where backward passes multiply by
/// their transposes.
final class PackedParameters: Sendable {
  /// The columns of a matrix, 32 by 32.
  final class Columns: Sendable {
    let storage: TensorStorage
    /// Elements of bfloat16 of each 32 columns.
    let stride: Int

    init(_ matrix: MatrixOperand, on pool: ThreadPool) {
      let (columns, depth) = (matrix.layout.columns, matrix.layout.rows)
      let groups = ceilDiv(columns, columnsOfPanel)
      let stride = ceilDiv(depth, depthOfTile) * depthOfTile * columnsOfPanel
      self.stride = stride
      self.storage = TensorStorage(count: ceilDiv(groups * stride, 2))
      let start = UnsafeMutableRawPointer(storage.elements).assumingMemoryBound(to: UInt16.self)
      let source = matrix.tensor.start + matrix.layout.offset
      pool.run(count: groups) { group in
        let first = group * columnsOfPanel
        packPanel(
          start + group * stride, source + first * matrix.layout.columnStride,
          min(columnsOfPanel, columns - first), matrix.layout)
      }
    }

    /// The tiles of some columns; valid while this value lives.
    func panel(_ index: Int) -> UnsafePointer<UInt16> {
      UnsafePointer(UnsafeMutableRawPointer(storage.elements).assumingMemoryBound(to: UInt16.self)) + index
        * stride
    }
  }

  private struct Key: Hashable {
    let storage: ObjectIdentifier
    let offset: Int
    let layout: MatrixLayout
  }

  private struct Entry {
    weak var source: TensorStorage?
    let columns: Columns
  }

  private let entries = Guarded<[Key: Entry]>([:])

  /// The packed columns of a matrix.
  func columns(of matrix: MatrixOperand, on pool: ThreadPool) -> Columns {
    let source = matrix.tensor.storage
    let key = Key(storage: ObjectIdentifier(source), offset: matrix.tensor.offset, layout: matrix.layout)
    if let known = entries.withLock({ $0[key] }), known.source === source { return known.columns }
    let columns = Columns(matrix, on: pool)
    entries.withLock { entries in
      // Parameters that are gone leave their memory to those that came.
      entries = entries.filter { $0.value.source != nil }
      entries[key] = Entry(source: source, columns: columns)
    }
    return columns
  }
}

/// Packs up to 32 columns, whose first element is `source`, along the depth or across it.
func packPanel(
  _ tiles: UnsafeMutablePointer<UInt16>, _ source: UnsafePointer<Float>, _ columns: Int,
  _ layout: MatrixLayout
) {
  if layout.rowStride == 1 {
    xai_bfloat16_pack_columns(tiles, source, columns, layout.columnStride, layout.rows)
  } else {
    xai_bfloat16_pack_depth(tiles, source, columns, layout.rows, layout.rowStride)
  }
}

/// Columns that one call of the innermost loop multiplies by.
let columnsOfPanel = 32
/// Elements of the depth that a tile holds.
let depthOfTile = 32
