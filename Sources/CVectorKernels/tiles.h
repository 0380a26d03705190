// What products in bfloat16 share, whether on matrix tiles or on vectors.
//
// Both factors are packed as tiles, one after the other, so that a product reads two streams of memory. A tile of A is 16
// rows of 32 elements of depth. A tile of B is 16 columns of 32: column n's elements 2i and 2i+1 lie side by side in row i.
constexpr int tile_side = 16, tile_depth = 32, tile_elements = tile_side * tile_depth, pair = 2 * tile_side;

// Two vectors rounded to bfloat16, ties to even, side by side.
XAI_INLINE __m512i rounded(vf low, vf high) { return (__m512i)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low); }

// Where the elements of two vectors side by side go, so that those of one lane are neighbours.
XAI_INLINE __m512i make_zip(void) {
  uint16_t order[tile_depth];
  for (int i = 0; i < tile_depth; i++) order[i] = (uint16_t)(i / 2 + i % 2 * tile_side);
  return _mm512_loadu_si512(order);
}

// Scale, sum, bias, GELU and residual, from up to 32 × 32 sums to memory. What is done is known where this is inlined.
XAI_INLINE void end_rows_with(const float *sums, ptrdiff_t rows, const xai_tile_epilogue *end, const bool adds,
                              const bool gelu, const bool residual) {
  const ptrdiff_t columns = end->columns;
  const vf scale = (vf)end->scale;
  vf bias[2];
  __mmask16 valid[2];
#pragma clang loop unroll(full)
  for (int half = 0; half < 2; half++) {
    ptrdiff_t left = columns - half * XAI_LANES;
    valid[half] = left >= XAI_LANES ? 0xffff : left > 0 ? (__mmask16)((1u << left) - 1) : 0;
    bias[half] = end->bias ? (vf)_mm512_maskz_loadu_ps(valid[half], end->bias + half * XAI_LANES) : (vf)(0.0f);
  }
  for (ptrdiff_t row = 0; row < rows; row++) {
    float *destination = end->destination + row * end->stride;
    const float *other = residual ? end->residual + row * end->residual_stride : NULL;
#pragma clang loop unroll(full)
    for (int half = 0; half < 2; half++) {
      const int place = half * XAI_LANES;
      vf v = load(sums + row * pair + place) * scale;
      if (adds) v += (vf)_mm512_maskz_loadu_ps(valid[half], destination + place);
      v += bias[half];
      if (gelu) v = gelu_of(v);
      if (residual) v += (vf)_mm512_maskz_loadu_ps(valid[half], other + place);
      _mm512_mask_storeu_ps(destination + place, valid[half], (__m512)v);
    }
  }
}

static void end_rows(const float *sums, ptrdiff_t rows, const xai_tile_epilogue *end) {
  if (end->gelu) {
    end_rows_with(sums, rows, end, end->adds, true, end->residual != NULL);
  } else if (end->residual) {
    end_rows_with(sums, rows, end, end->adds, false, true);
  } else if (end->adds) {
    end_rows_with(sums, rows, end, true, false, false);
  } else {
    end_rows_with(sums, rows, end, false, false, false);
  }
}
