// What every processor of the architecture has: SSE2 on x86-64, NEON on arm64, or whatever clang makes of 4 lanes.
#include "include/CVectorKernels.h"

#define XAI_LANES 4
#if defined(__aarch64__)
#define XAI_ROWS 12
#else
#define XAI_ROWS 6
#endif
#define XAI_TABLE xai_kernels_baseline
#include "kernels.h"

// MARK: - The best that the processor has

#if defined(__x86_64__)
extern const xai_vector_kernels xai_kernels_avx2, xai_kernels_avx512;
#endif

const xai_vector_kernels *xai_vector_kernels_for(int instruction_set) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (instruction_set == XAI_AVX2) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &xai_kernels_avx2 : 0;
  }
  if (instruction_set == XAI_AVX512) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
                   __builtin_cpu_supports("fma")
               ? &xai_kernels_avx512
               : 0;
  }
#endif
  return instruction_set == XAI_BASELINE ? &xai_kernels_baseline : 0;
}

double xai_peak_fma(int instruction_set, ptrdiff_t rounds) {
  const xai_vector_kernels *kernels = xai_vector_kernels_for(instruction_set);
  return kernels ? kernels->peak(rounds) : 0.0;
}
