// Products in bfloat16 with float32 sums, on the tiles of Intel's Advanced Matrix Extensions.
//
// A tile register holds 16 rows of 64 bytes. TDPBF16PS adds to a tile of 16×16 float32 the product of a tile of A and one
// of B, as tiles.h packs them.

// All eight registers as 16 rows of 64 bytes.
void xai_amx_begin(void) {
  struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
  } shape = {};
  shape.palette = 1;
  for (int i = 0; i < 8; i++) {
    shape.row_bytes[i] = 64;
    shape.rows[i] = tile_side;
  }
  // The compiler takes the instruction to read a few bytes only.
  __asm__ volatile("" : : "r"(&shape) : "memory");
  _tile_loadconfig(&shape);
}

void xai_amx_end(void) { _tile_release(); }

void xai_amx_multiply(ptrdiff_t rows, ptrdiff_t depth, const uint16_t *a, const uint16_t *b, xai_tile_epilogue *end) {
  const ptrdiff_t steps = (depth + tile_depth - 1) / tile_depth;
  float sums[pair * pair] __attribute__((aligned(64)));
  xai_tile_epilogue part = *end;
  for (ptrdiff_t first = 0; first < rows; first += pair) {
    const uint16_t *upper = a + first * steps * tile_depth, *lower = upper + steps * tile_elements, *columns = b;
    const bool both = rows - first > tile_side;
    _tile_zero(0);
    _tile_zero(1);
    if (both) {
      _tile_zero(2);
      _tile_zero(3);
      for (ptrdiff_t step = 0; step < steps; step++) {
        _tile_loadd(4, upper, 64);
        _tile_loadd(6, columns, 64);
        _tile_loadd(7, columns + tile_elements, 64);
        _tile_loadd(5, lower, 64);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
        upper += tile_elements;
        lower += tile_elements;
        columns += 2 * tile_elements;
        prefetch_ahead(end, 2);
      }
      _tile_stored(2, sums + tile_side * pair, pair * sizeof(float));
      _tile_stored(3, sums + tile_side * pair + tile_side, pair * sizeof(float));
    } else {
      for (ptrdiff_t step = 0; step < steps; step++) {
        _tile_loadd(4, upper, 64);
        _tile_loadd(6, columns, 64);
        _tile_loadd(7, columns + tile_elements, 64);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        upper += tile_elements;
        columns += 2 * tile_elements;
        prefetch_ahead(end, 2);
      }
    }
    _tile_stored(0, sums, pair * sizeof(float));
    _tile_stored(1, sums + tile_side, pair * sizeof(float));
    part.destination = end->destination + first * end->stride;
    part.residual = end->residual ? end->residual + first * end->residual_stride : NULL;
    end_rows(sums, rows - first < pair ? rows - first : pair, &part);
  }
}

// Tiles of 16 × 32 and 32 × 16 bfloat16 multiplied and added to tiles of 16 × 16 float32.
double xai_amx_peak(ptrdiff_t rounds) {
  xai_amx_begin();
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
  _tile_zero(5);
  // Zeros would cost less power, and so let the processor run faster than any product does.
  uint16_t factors[tile_elements];
  for (int i = 0; i < tile_elements; i++) factors[i] = 0x3c24;  // 0.01
  _tile_loadd(6, factors, 64);
  _tile_loadd(7, factors, 64);
  for (ptrdiff_t round = 0; round < rounds; round++) {
    _tile_dpbf16ps(0, 6, 7);
    _tile_dpbf16ps(1, 6, 7);
    _tile_dpbf16ps(2, 6, 7);
    _tile_dpbf16ps(3, 6, 7);
    _tile_dpbf16ps(4, 6, 7);
    _tile_dpbf16ps(5, 6, 7);
  }
  xai_amx_end();
  return 2.0 * 6 * tile_side * tile_side * tile_depth * (double)rounds;
}
