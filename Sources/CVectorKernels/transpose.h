// A square of vectors transposed: log2(lanes) rounds of a perfect shuffle.
XAI_INLINE void transpose(vf square[XAI_LANES]) {
  vf other[XAI_LANES];
#pragma clang loop unroll(full)
  for (int round = 1; round < XAI_LANES; round *= 2) {
#pragma clang loop unroll(full)
    for (int i = 0; i < XAI_LANES / 2; i++) {
      other[2 * i] = XAI_ZIP_LOW(square[i], square[i + XAI_LANES / 2]);
      other[2 * i + 1] = XAI_ZIP_HIGH(square[i], square[i + XAI_LANES / 2]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < XAI_LANES; i++) square[i] = other[i];
  }
}
