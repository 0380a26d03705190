// Packing of both factors in bfloat16, and products on vectors: VDPBF16PS adds to each of 16 sums the products of two
// neighbours along the depth. Sums are float32.

// Up to 16 elements of step k of the depth and those of the next one, as neighbours; 0 where there are none.
XAI_INLINE __m512i pair_of_steps(const float *x, ptrdiff_t k, ptrdiff_t depth, ptrdiff_t depth_stride, ptrdiff_t left,
                                 __m512i zip) {
  vf even = k < depth && left > 0 ? load_up_to(x + k * depth_stride, left) : (vf)(0.0f);
  vf odd = k + 1 < depth && left > 0 ? load_up_to(x + (k + 1) * depth_stride, left) : (vf)(0.0f);
  return _mm512_permutexvar_epi16(zip, rounded(even, odd));
}

void xai_bfloat16_pack_rows(uint16_t *tiles, const float *source, ptrdiff_t rows, ptrdiff_t row_stride, ptrdiff_t depth) {
  for (ptrdiff_t first = 0; first < rows; first += tile_side) {
    for (ptrdiff_t k = 0; k < depth; k += tile_depth, tiles += tile_elements) {
      for (ptrdiff_t row = 0; row < tile_side; row++) {
        __m512i line = _mm512_setzero_si512();
        if (first + row < rows) {
          const float *x = source + (first + row) * row_stride + k;
          ptrdiff_t left = depth - k;
          line = rounded(load_up_to(x, left), left > XAI_LANES ? load_up_to(x + XAI_LANES, left - XAI_LANES) : (vf)(0.0f));
        }
        _mm512_store_si512(tiles + row * tile_depth, line);
      }
    }
  }
}

void xai_bfloat16_pack_rows_across(uint16_t *tiles, const float *source, ptrdiff_t rows, ptrdiff_t depth,
                                   ptrdiff_t depth_stride) {
  const __m512i zip = make_zip();
  for (ptrdiff_t first = 0; first < rows; first += tile_side) {
    for (ptrdiff_t k = 0; k < depth; k += tile_depth, tiles += tile_elements) {
      // A lane is a pair of neighbours along the depth.
      vf square[tile_side];
#pragma clang loop unroll(full)
      for (int i = 0; i < tile_side; i++) {
        square[i] = (vf)pair_of_steps(source + first, k + 2 * i, depth, depth_stride, rows - first, zip);
      }
      transpose(square);
#pragma clang loop unroll(full)
      for (int i = 0; i < tile_side; i++) store((float *)(tiles + i * tile_depth), square[i]);
    }
  }
}

void xai_bfloat16_pack_columns(uint16_t *tiles, const float *source, ptrdiff_t columns, ptrdiff_t column_stride,
                               ptrdiff_t depth) {
  for (ptrdiff_t k = 0; k < depth; k += tile_depth) {
    ptrdiff_t left = depth - k;
    for (ptrdiff_t first = 0; first < pair; first += tile_side, tiles += tile_elements) {
      // A lane is a pair of neighbours along the depth.
      vf square[tile_side];
#pragma clang loop unroll(full)
      for (int i = 0; i < tile_side; i++) {
        const float *x = source + (first + i) * column_stride + k;
        square[i] = first + i < columns ? (vf)rounded(load_up_to(x, left), left > XAI_LANES ? load_up_to(x + XAI_LANES, left - XAI_LANES) : (vf)(0.0f)) : (vf)(0.0f);
      }
      transpose(square);
#pragma clang loop unroll(full)
      for (int i = 0; i < tile_side; i++) store((float *)(tiles + i * tile_depth), square[i]);
    }
  }
}

void xai_bfloat16_pack_depth(uint16_t *tiles, const float *source, ptrdiff_t columns, ptrdiff_t depth,
                             ptrdiff_t depth_stride) {
  const __m512i zip = make_zip();
  const ptrdiff_t steps = (depth + tile_depth - 1) / tile_depth;
  for (ptrdiff_t k = 0; k < steps * tile_depth; k += 2) {
    for (ptrdiff_t first = 0; first < pair; first += tile_side) {
      uint16_t *tile = tiles + (k / tile_depth * 2 + first / tile_side) * tile_elements;
      _mm512_storeu_si512(tile + k % tile_depth * tile_side,
                          pair_of_steps(source + first, k, depth, depth_stride, columns - first, zip));
    }
  }
}

// The rows of half a tile of A: with two vectors of B, their 16 sums hide the latency of an addition.
constexpr int rows_at_once = 8;

// Multiplies half a tile of rows, all of the depth, by two tiles of columns for each step of it.
XAI_INLINE void multiply_rows(ptrdiff_t steps, const uint16_t *a, const uint16_t *b, float *products,
                              xai_tile_epilogue *end) {
  __m512 sums[rows_at_once][2];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows_at_once; r++) sums[r][0] = sums[r][1] = _mm512_setzero_ps();
  for (ptrdiff_t step = 0; step < steps; step++, a += tile_elements, b += 2 * tile_elements) {
#pragma clang loop unroll_count(4)
    for (int i = 0; i < tile_side; i++) {
      const __m512bh left = (__m512bh)_mm512_loadu_si512(b + i * tile_depth);
      const __m512bh right = (__m512bh)_mm512_loadu_si512(b + tile_elements + i * tile_depth);
#pragma clang loop unroll(full)
      for (int r = 0; r < rows_at_once; r++) {
        int32_t pair_of_depth;
        __builtin_memcpy(&pair_of_depth, a + r * tile_depth + 2 * i, sizeof pair_of_depth);
        const __m512bh both = (__m512bh)_mm512_set1_epi32(pair_of_depth);
        sums[r][0] = _mm512_dpbf16_ps(sums[r][0], both, left);
        sums[r][1] = _mm512_dpbf16_ps(sums[r][1], both, right);
      }
    }
    prefetch_ahead(end, 1);
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows_at_once; r++) {
    _mm512_store_ps(products + r * pair, sums[r][0]);
    _mm512_store_ps(products + r * pair + XAI_LANES, sums[r][1]);
  }
}

void xai_bfloat16_multiply(ptrdiff_t rows, ptrdiff_t depth, const uint16_t *a, const uint16_t *b,
                           xai_tile_epilogue *end) {
  const ptrdiff_t steps = (depth + tile_depth - 1) / tile_depth;
  float products[rows_at_once * pair] __attribute__((aligned(64)));
  xai_tile_epilogue part = *end;
  for (ptrdiff_t first = 0; first < rows; first += rows_at_once) {
    const ptrdiff_t tile = first / tile_side, row = first % tile_side;
    multiply_rows(steps, a + tile * steps * tile_elements + row * tile_depth, b, products, end);
    part.destination = end->destination + first * end->stride;
    part.residual = end->residual ? end->residual + first * end->residual_stride : NULL;
    end_rows(products, rows - first < rows_at_once ? rows - first : rows_at_once, &part);
  }
}

// Pairs of bfloat16 multiplied and added to 16 float32 sums: 32 multiply-adds per instruction.
double xai_bfloat16_peak(ptrdiff_t rounds) {
  constexpr int count = 12;
  static volatile float sink;
  const __m512bh factor = _mm512_cvtne2ps_pbh(_mm512_set1_ps(0.01f + sink), _mm512_set1_ps(0.01f + sink));
  __m512 sums[count];
#pragma clang loop unroll(full)
  for (int i = 0; i < count; i++) sums[i] = _mm512_set1_ps((float)i);
  for (ptrdiff_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) {
      sums[i] = _mm512_dpbf16_ps(sums[i], factor, factor);
      // Without a limit to what the compiler knows, it would see that nothing changes.
      __asm__ volatile("" : "+v"(sums[i]));
    }
  }
  __m512 sum = sums[0];
#pragma clang loop unroll(full)
  for (int i = 1; i < count; i++) sum += sums[i];
  sink = sum[0] * 0.0f;
  return 2.0 * count * 32 * (double)rounds;
}
