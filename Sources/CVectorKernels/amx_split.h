// Products of float32 on the tiles of Intel's Advanced Matrix Extensions, each factor as a sum of two bfloat16 numbers.
//
// x = h + l + e with h the bfloat16 nearest to x, l that nearest to x − h, and |e| ≤ 2⁻¹⁶·|x|. Of the product
// (h + l)·(h′ + l′) three parts of four are summed, h·h′ + h·l′ + l·h′; l·l′ is as small as what e leaves out. Henry, Tang
// and Heinecke, Leveraging the bfloat16 Artificial Intelligence Datatype For Higher-Precision Computations (2019).
//
// Both factors are packed as tiles (amx.h), those of l behind those of h: a tile of A and its l, and two tiles of B and
// then their l.

typedef struct {
  __m512i high, low;
} halves;

// Where the elements of a vector of bfloat16 go to be float32 again: the first sixteen, and the last.
typedef struct {
  __m512i first, last;
} widening;

XAI_INLINE widening make_widening(void) {
  uint16_t order[2][tile_depth];
  for (int i = 0; i < tile_depth; i++) {
    order[0][i] = (uint16_t)(i / 2);
    order[1][i] = (uint16_t)(i / 2 + tile_side);
  }
  return (widening){_mm512_loadu_si512(order[0]), _mm512_loadu_si512(order[1])};
}

XAI_INLINE halves split_row(const float *x, ptrdiff_t left, widening places) {
  vf first = load_up_to(x, left);
  vf last = left > XAI_LANES ? load_up_to(x + XAI_LANES, left - XAI_LANES) : (vf)(0.0f);
  const __mmask32 upper = 0xaaaaaaaa;  // a float32's upper half
  __m512i high = rounded(first, last);
  first -= (vf)_mm512_maskz_permutexvar_epi16(upper, places.first, high);
  last -= (vf)_mm512_maskz_permutexvar_epi16(upper, places.last, high);
  return (halves){high, rounded(first, last)};
}

// Two steps of the depth, whose elements come to lie side by side.
XAI_INLINE halves split_steps(vf even, vf odd, __m512i zip) {
  __m512i high = _mm512_permutexvar_epi16(zip, rounded(even, odd));
  even -= (vf)_mm512_slli_epi32(high, 16);
  odd -= (vf)_mm512_and_si512(high, _mm512_set1_epi32((int)0xffff0000));
  return (halves){high, _mm512_permutexvar_epi16(zip, rounded(even, odd))};
}

XAI_INLINE halves split_pair_at(const float *x, ptrdiff_t k, ptrdiff_t depth, ptrdiff_t depth_stride, ptrdiff_t left,
                                __m512i zip) {
  vf even = k < depth && left > 0 ? load_up_to(x + k * depth_stride, left) : (vf)(0.0f);
  vf odd = k + 1 < depth && left > 0 ? load_up_to(x + (k + 1) * depth_stride, left) : (vf)(0.0f);
  return split_steps(even, odd, zip);
}

XAI_INLINE void store_rows(uint16_t *tile, vf rows[tile_side]) {
#pragma clang loop unroll(full)
  for (int i = 0; i < tile_side; i++) store((float *)(tile + i * tile_depth), rows[i]);
}

void xai_amx_split_rows(uint16_t *tiles, const float *source, ptrdiff_t rows, ptrdiff_t row_stride, ptrdiff_t depth) {
  const widening places = make_widening();
  for (ptrdiff_t first = 0; first < rows; first += tile_side) {
    for (ptrdiff_t k = 0; k < depth; k += tile_depth, tiles += 2 * tile_elements) {
      const float *x = source + first * row_stride + k;
      const bool whole = rows - first >= tile_side && depth - k >= tile_depth;
#pragma clang loop unroll_count(4)
      for (ptrdiff_t row = 0; row < tile_side; row++, x += row_stride) {
        halves line = {_mm512_setzero_si512(), _mm512_setzero_si512()};
        if (whole) {
          line = split_row(x, tile_depth, places);
        } else if (first + row < rows) {
          line = split_row(x, depth - k, places);
        }
        _mm512_store_si512(tiles + row * tile_depth, line.high);
        _mm512_store_si512(tiles + tile_elements + row * tile_depth, line.low);
      }
    }
  }
}

void xai_amx_split_rows_across(uint16_t *tiles, const float *source, ptrdiff_t rows, ptrdiff_t depth,
                               ptrdiff_t depth_stride) {
  const __m512i zip = make_zip();
  for (ptrdiff_t first = 0; first < rows; first += tile_side) {
    for (ptrdiff_t k = 0; k < depth; k += tile_depth, tiles += 2 * tile_elements) {
      // A lane is a pair of neighbours along the depth.
      vf high[tile_side], low[tile_side];
#pragma clang loop unroll(full)
      for (int i = 0; i < tile_side; i++) {
        halves line = split_pair_at(source + first, k + 2 * i, depth, depth_stride, rows - first, zip);
        high[i] = (vf)line.high;
        low[i] = (vf)line.low;
      }
      transpose(high);
      store_rows(tiles, high);
      transpose(low);
      store_rows(tiles + tile_elements, low);
    }
  }
}

void xai_amx_split_columns(uint16_t *tiles, const float *source, ptrdiff_t columns, ptrdiff_t column_stride,
                           ptrdiff_t depth) {
  const widening places = make_widening();
  for (ptrdiff_t k = 0; k < depth; k += tile_depth, tiles += 4 * tile_elements) {
    for (ptrdiff_t first = 0; first < pair; first += tile_side) {
      vf high[tile_side], low[tile_side];
#pragma clang loop unroll(full)
      for (int i = 0; i < tile_side; i++) {
        halves line = {_mm512_setzero_si512(), _mm512_setzero_si512()};
        const float *x = source + (first + i) * column_stride + k;
        if (first + i < columns) {
          __builtin_prefetch(x + 3 * tile_depth, 0, 3);
          __builtin_prefetch(x + 3 * tile_depth + XAI_LANES, 0, 3);
          line = split_row(x, depth - k, places);
        }
        high[i] = (vf)line.high;
        low[i] = (vf)line.low;
      }
      uint16_t *tile = tiles + first / tile_side * tile_elements;
      transpose(high);
      store_rows(tile, high);
      transpose(low);
      store_rows(tile + 2 * tile_elements, low);
    }
  }
}

void xai_amx_split_depth(uint16_t *tiles, ptrdiff_t tiles_stride, const float *source, ptrdiff_t columns,
                         ptrdiff_t depth, ptrdiff_t depth_stride) {
  enum { ahead = 16 };
  const __m512i zip = make_zip();
  const ptrdiff_t steps = (depth + tile_depth - 1) / tile_depth;
  const ptrdiff_t panels = (columns + pair - 1) / pair;
  for (ptrdiff_t k = 0; k < steps * tile_depth; k += 2) {
    for (ptrdiff_t first = 0; first < panels * pair; first += tile_side) {
      const float *x = source + first;
      if (k + ahead + 1 < depth) {
        __builtin_prefetch(x + (k + ahead) * depth_stride, 0, 3);
        __builtin_prefetch(x + (k + ahead + 1) * depth_stride, 0, 3);
      }
      halves line = split_pair_at(x, k, depth, depth_stride, columns - first, zip);
      uint16_t *place = tiles + first / pair * tiles_stride + (k / tile_depth * 4 + first / tile_side % 2) * tile_elements +
                        k % tile_depth * tile_side;
      _mm512_store_si512(place, line.high);
      _mm512_store_si512(place + 2 * tile_elements, line.low);
    }
  }
}

// Calls for the places that up to 32 rows of sums go to, while these are computed.
XAI_INLINE void call_for_destination(ptrdiff_t rows, const xai_tile_epilogue *end) {
  for (ptrdiff_t row = 0; row < rows; row++) {
    const float *destination = end->destination + row * end->stride;
    __builtin_prefetch(destination, 1, 3);
    __builtin_prefetch(destination + end->columns - 1, 1, 3);
    if (!end->residual) continue;
    const float *residual = end->residual + row * end->residual_stride;
    __builtin_prefetch(residual, 0, 3);
    __builtin_prefetch(residual + end->columns - 1, 0, 3);
  }
}

void xai_amx_multiply_split(ptrdiff_t rows, ptrdiff_t depth, const uint16_t *a, ptrdiff_t a_stride, const uint16_t *b,
                            xai_tile_epilogue *end) {
  const ptrdiff_t steps = (depth + tile_depth - 1) / tile_depth;
  float sums[pair * pair] __attribute__((aligned(64)));
  const uint16_t *upper = a, *lower = a + a_stride;
  call_for_destination(rows, end);
  _tile_zero(0);
  _tile_zero(1);
  if (rows > tile_side) {
    _tile_zero(2);
    _tile_zero(3);
    // The small parts first; each tile that is loaded serves as many products as it can.
    for (ptrdiff_t step = 0; step < steps; step++) {
      _tile_loadd(6, b, 64);
      _tile_loadd(4, upper + tile_elements, 64);
      _tile_loadd(7, b + tile_elements, 64);
      _tile_loadd(5, lower + tile_elements, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
      _tile_loadd(4, upper, 64);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
      _tile_loadd(5, lower, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(2, 5, 6);
      _tile_loadd(6, b + 2 * tile_elements, 64);
      _tile_dpbf16ps(1, 4, 7);
      _tile_dpbf16ps(3, 5, 7);
      _tile_loadd(7, b + 3 * tile_elements, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(1, 4, 7);
      _tile_dpbf16ps(3, 5, 7);
      upper += 2 * tile_elements;
      lower += 2 * tile_elements;
      b += 4 * tile_elements;
      prefetch_ahead(end, 4);
    }
    _tile_stored(2, sums + tile_side * pair, pair * sizeof(float));
    _tile_stored(3, sums + tile_side * pair + tile_side, pair * sizeof(float));
  } else {
    for (ptrdiff_t step = 0; step < steps; step++) {
      _tile_loadd(6, b, 64);
      _tile_loadd(4, upper + tile_elements, 64);
      _tile_loadd(7, b + tile_elements, 64);
      _tile_loadd(5, upper, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
      _tile_dpbf16ps(0, 5, 6);
      _tile_dpbf16ps(1, 5, 7);
      _tile_loadd(6, b + 2 * tile_elements, 64);
      _tile_loadd(7, b + 3 * tile_elements, 64);
      _tile_dpbf16ps(0, 5, 6);
      _tile_dpbf16ps(1, 5, 7);
      upper += 2 * tile_elements;
      b += 4 * tile_elements;
      prefetch_ahead(end, 4);
    }
  }
  _tile_stored(0, sums, pair * sizeof(float));
  _tile_stored(1, sums + tile_side, pair * sizeof(float));
  end_rows(sums, rows, end);
}
