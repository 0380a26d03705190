import CVectorKernels

/// What multiplies factors in bfloat16, both packed in tiles of 16 × 32; sums are float32.
enum Bfloat16Unit: String {
  /// Pairs of neighbours along the depth in vectors (VDPBF16PS).
  case vectors = "avx512_bf16"
  /// Matrix tiles (TDPBF16PS).
  case tiles = "amx_bf16"

  /// The fastest that this processor has.
  static let available: Bfloat16Unit? =
    xai_amx_available() ? .tiles : xai_bfloat16_available() ? .vectors : nil

  /// The most elements of A that a block packs: half of a second-level cache of the processors that have the unit.
  ///
  /// The more rows, the less often the parameters come from further away.
  var mostElements: Int {
    switch self {
    case .vectors: 256 * 1024
    case .tiles: 512 * 1024
    }
  }

  /// Runs products on the calling thread.
  func run(_ body: () -> Void) {
    guard self == .tiles else { return body() }
    xai_amx_begin()
    defer { xai_amx_end() }
    body()
  }

  /// Multiplies packed rows by up to 32 packed columns, within `run`.
  func multiply(
    _ rows: Int, depth: Int, _ a: UnsafePointer<UInt16>, _ b: UnsafePointer<UInt16>,
    _ end: inout xai_tile_epilogue
  ) {
    switch self {
    case .vectors: xai_bfloat16_multiply(rows, depth, a, b, &end)
    case .tiles: xai_amx_multiply(rows, depth, a, b, &end)
    }
  }
}
