// The peak of the units that multiply bfloat16, and the bandwidth of memory.
#define _GNU_SOURCE  // syscall, which strict C11 hides
#include "include/CMachine.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <stdint.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

// Pairs of bfloat16 multiplied and added to 16 float32 sums: 32 multiply-adds an instruction.
__attribute__((target("avx512f,avx512bf16"))) static double peak_avx512(ptrdiff_t rounds) {
  enum { count = 12 };
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

// Tiles of 16 × 32 and 32 × 16 bfloat16 multiplied and added to tiles of 16 × 16 float32.
__attribute__((target("amx-tile,amx-bf16"))) static double peak_amx(ptrdiff_t rounds) {
  struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t bytes_of_row[16];
    uint8_t rows[16];
  } configuration __attribute__((aligned(64))) = {.palette = 1};
  for (int tile = 0; tile < 8; tile++) {
    configuration.bytes_of_row[tile] = 64;
    configuration.rows[tile] = 16;
  }
  _tile_loadconfig(&configuration);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
  _tile_zero(5);
  // Zeros would cost less power, and so let the processor run faster than any product does.
  uint16_t factors[16 * 32];
  for (int i = 0; i < 16 * 32; i++) factors[i] = 0x3c24;  // 0.01
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
  _tile_release();
  return 2.0 * 6 * 16 * 16 * 32 * (double)rounds;
}

// Linux gives a process the tiles' registers only where it asks for them.
static bool may_use_tiles(void) {
#if defined(__linux__) && defined(SYS_arch_prctl)
  const int request_permission = 0x1023, tile_data = 18;
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
#else
  return false;
#endif
}

static bool has_amx(void) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  const unsigned bfloat16 = 1u << 22, tiles = 1u << 24;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & bfloat16) && (d & tiles) && may_use_tiles();
}

static bool has_avx512(void) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  const unsigned bfloat16 = 1u << 5;
  __builtin_cpu_init();
  // That the system saves the registers is part of what avx512f says; the bit alone doesn't.
  return __builtin_cpu_supports("avx512f") && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & bfloat16);
}
#endif

bool xai_has_bfloat16(int unit) {
#if defined(__x86_64__)
  return unit == XAI_BFLOAT16_AMX ? has_amx() : unit == XAI_BFLOAT16_AVX512 && has_avx512();
#else
  (void)unit;
  return false;
#endif
}

double xai_peak_bfloat16(int unit, ptrdiff_t rounds) {
#if defined(__x86_64__)
  if (xai_has_bfloat16(unit)) return unit == XAI_BFLOAT16_AMX ? peak_amx(rounds) : peak_avx512(rounds);
#else
  (void)rounds;
#endif
  return 0.0;
}

// Wider vectors than the architecture's own would wait for memory as long.
void xai_triad(float *restrict sum, const float *restrict a, const float *restrict b, float factor, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) sum[i] = a[i] + factor * b[i];
}
