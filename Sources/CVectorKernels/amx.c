// Products in bfloat16 with float32 sums, on the tiles of Intel's Advanced Matrix Extensions.
//
// A tile register holds 16 rows of 64 bytes. TDPBF16PS adds to a tile of 16×16 float32 the product of a tile of A and one
// of B, as tiles.h packs them.
#define _DEFAULT_SOURCE  // syscall
#include "include/CVectorKernels.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#define XAI_BFLOAT16_TARGET "avx512f,avx512dq,avx512vl,avx512bw,avx512bf16,fma,amx-tile,amx-bf16"
#include "tiles.h"

bool xai_amx_available(void) {
  unsigned a, b, c, d;
  __builtin_cpu_init();
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d >> 22 & 1) || !(d >> 24 & 1)) return false;
  if (!__builtin_cpu_supports("avx512bf16") || !__builtin_cpu_supports("avx512bw")) return false;
  // The system keeps tiles only for processes that ask for it (ARCH_REQ_XCOMP_PERM, XTILEDATA); asking again is free.
  return syscall(SYS_arch_prctl, 0x1023, 18) == 0;
}

// All eight registers as 16 rows of 64 bytes.
void xai_amx_begin(void) {
  struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
  } shape = {.palette = 1};
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

#include "amx_split.h"
#pragma clang attribute pop

#else
bool xai_amx_available(void) { return false; }
void xai_amx_begin(void) {}
void xai_amx_end(void) {}
void xai_amx_multiply(ptrdiff_t rows, ptrdiff_t depth, const uint16_t *a, const uint16_t *b, xai_tile_epilogue *end) {}
void xai_amx_split_rows(uint16_t *tiles, const float *source, ptrdiff_t rows, ptrdiff_t row_stride, ptrdiff_t depth) {}
void xai_amx_split_rows_across(uint16_t *tiles, const float *source, ptrdiff_t rows, ptrdiff_t depth,
                               ptrdiff_t depth_stride) {}
void xai_amx_split_columns(uint16_t *tiles, const float *source, ptrdiff_t columns, ptrdiff_t column_stride,
                           ptrdiff_t depth) {}
void xai_amx_split_depth(uint16_t *tiles, ptrdiff_t tiles_stride, const float *source, ptrdiff_t columns,
                         ptrdiff_t depth, ptrdiff_t depth_stride) {}
void xai_amx_multiply_split(ptrdiff_t rows, ptrdiff_t depth, const uint16_t *a, ptrdiff_t a_stride, const uint16_t *b,
                            xai_tile_epilogue *end) {}
#endif
