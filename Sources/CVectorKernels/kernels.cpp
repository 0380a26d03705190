// The innermost loops for each instruction set that a processor may have, and which of them this one has.
//
// One file, since a program that depends on this package compiles all of it. The headers are C, and are included once for
// each instruction set, with its width of vectors and its target: that takes a namespace each, which is all of C++ here.
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

#include "include/CVectorKernels.h"

// What every processor of the architecture has: SSE2 on x86-64, NEON on arm64, or whatever clang makes of 4 lanes.
#define XAI_LANES 4
#if defined(__aarch64__)
#define XAI_ROWS 12
#else
#define XAI_ROWS 6
#endif
namespace baseline {
#include "kernels.h"
}
#undef XAI_LANES
#undef XAI_ROWS

#if defined(__x86_64__)

#define XAI_LANES 8
#define XAI_ROWS 6
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
namespace avx2 {
#include "kernels.h"
}
#pragma clang attribute pop
#undef XAI_LANES
#undef XAI_ROWS

#define XAI_LANES 16
#define XAI_ROWS 14
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma"))), apply_to = function)
namespace avx512 {
#include "kernels.h"
}
#pragma clang attribute pop

// Units that multiply bfloat16 build on the vectors of AVX-512.
using namespace avx512;
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx512bf16,fma"))), \
                             apply_to = function)
#include "tiles.h"
#include "bfloat16.h"
#pragma clang attribute pop
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx512bf16,fma,amx-tile,amx-bf16"))), \
    apply_to = function)
#include "amx.h"
#include "amx_split.h"
#pragma clang attribute pop

#else
#include "no_bfloat16.h"
#endif

// MARK: - What the processor has

const xai_vector_kernels *xai_vector_kernels_for(int instruction_set) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (instruction_set == XAI_AVX2) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &avx2::table : NULL;
  }
  if (instruction_set == XAI_AVX512) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
                   __builtin_cpu_supports("fma")
               ? &avx512::table
               : NULL;
  }
#endif
  return instruction_set == XAI_BASELINE ? &baseline::table : NULL;
}

bool xai_bfloat16_available(void) {
#if defined(__x86_64__)
  unsigned a, b, c, d;
  const unsigned bfloat16 = 1u << 5;
  // That the system saves the registers is part of what avx512f says; the bit alone doesn't.
  return xai_vector_kernels_for(XAI_AVX512) && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & bfloat16);
#else
  return false;
#endif
}

bool xai_amx_available(void) {
#if defined(__x86_64__) && defined(__linux__)
  unsigned a, b, c, d;
  const unsigned bfloat16 = 1u << 22, tiles = 1u << 24;
  if (!xai_bfloat16_available() || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  if (!(d & bfloat16) || !(d & tiles)) return false;
  // Linux keeps tiles only for processes that ask for it (ARCH_REQ_XCOMP_PERM, XTILEDATA); asking again is free.
  return syscall(SYS_arch_prctl, 0x1023, 18) == 0;
#else
  return false;
#endif
}

// MARK: - The most that it can do

double xai_peak_fma(int instruction_set, ptrdiff_t rounds) {
  const xai_vector_kernels *kernels = xai_vector_kernels_for(instruction_set);
  return kernels ? kernels->peak(rounds) : 0.0;
}

// Wider vectors than the architecture's own would wait for memory as long.
void xai_triad(float *__restrict sum, const float *__restrict a, const float *__restrict b, float factor, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) sum[i] = a[i] + factor * b[i];
}
